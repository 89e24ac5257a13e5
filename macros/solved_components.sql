{% macro solved_components(target_relation, links_sql, used) -%}
    {#-
        A select of node and component, the smallest node of all that it is connected to;
        `used` gets the work tables, which it reads.

        Each round points every node at the smallest node among itself and its
        neighbours, jumps along the pointers, and replaces each link by the link between
        what its ends point at. Rounds that hardly shrink the graph make the next jump
        farther, which is what defeats long chains.
    -#}
    {%- set max_rounds = config.get('max_rounds', 60) -%}
    {%- set links = work_table(
        target_relation, 'links_0', component_links(links_sql)
    ) -%}
    {%- set state = namespace(links=links, left=row_count(links), jumps=1) -%}
    {%- set pointers = [] -%}
    {%- do used.append(links) -%}

    {%- for round in range(max_rounds) if state.left > 0 -%}
        {%- set pointer = component_pointers(
            target_relation, state.links, loop.index, state.jumps
        ) -%}
        {%- do pointers.append(pointer) -%}
        {%- set links = work_table(
            target_relation,
            'links_' ~ loop.index % 2,
            contracted_links(state.links, pointer)
        ) -%}
        {%- do used.extend([links, pointer]) -%}
        {%- set left = row_count(links) -%}
        {%- if left * 2 > state.left -%}
            {%- set state.jumps = state.jumps * 2 -%}
        {%- endif -%}
        {%- set state.links = links -%}
        {%- set state.left = left -%}
    {%- endfor -%}

    {%- if state.left > 0 -%}
        {%- do exceptions.raise_compiler_error(
            this.identifier ~ ': ' ~ state.left ~ ' links are left after ' ~ max_rounds
            ~ ' rounds. Nothing was written. Raise max_rounds in the model.'
        ) -%}
    {%- endif -%}

    {#- What the first round pointed at is composed in the result itself: it is as long. -#}
    {%- set later = namespace(pointers=none) -%}
    {%- for pointer in pointers[1:] | reverse -%}
        {%- set later.pointers = composed_pointers(
            target_relation, pointer, later.pointers, loop.index
        ) -%}
        {%- do used.append(later.pointers) -%}
    {%- endfor -%}
    {%- do return(components_select(pointers | first | default(none), later.pointers)) -%}
{%- endmacro %}
