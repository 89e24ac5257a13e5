{% materialization ownership_growth, default %}
    {#-
        The model selects directed links (from_node, to_node, to_tier, from_is_person).
        The table has one row per node that persons reach: node, owner, the person; null
        when two reached it in the same round.

        First only tier 1 is reached, to a fixpoint; then the rest, with distances
        counted anew from all that is owned. Nothing grows through a shared node.
    -#}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set max_rounds = config.get('max_rounds', 10000) -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- set links = work_table(target_relation, 'links', growth_links(sql)) -%}
    {%- set settled = work_table(target_relation, 'settled', growth_start(links)) -%}
    {%- set state = namespace(round=0, reached=0) -%}

    {%- for max_tier in [1, 2] -%}
        {%- set first_round = state.round -%}
        {%- set state.reached = row_count(settled) -%}
        {%- for step in range(max_rounds) if state.reached > 0 -%}
            {%- set state.round = state.round + 1 -%}
            {%- call statement('grow') -%}
                {{ growth_round(links, settled, state.round, first_round, max_tier) }}
            {%- endcall -%}
            {%- set state.reached = row_count(
                settled, 'settled_round = ' ~ state.round
            ) -%}
        {%- endfor -%}
        {%- if state.reached > 0 -%}
            {%- do exceptions.raise_compiler_error(
                this.identifier ~ ': ownership still grows after ' ~ max_rounds
                ~ ' rounds. Nothing was written. Raise max_rounds in the model.'
            ) -%}
        {%- endif -%}
    {%- endfor -%}

    {{ return(finish_model(
        target_relation, 'select node, owner from ' ~ settled, [links, settled]
    )) }}
{% endmaterialization %}
