"""Connected components by scipy's C routine, as scripts for a process of their own."""

_COMPONENTS = """
import sys
import duckdb
import numpy
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

connection = duckdb.connect(sys.argv[1], config={"memory_limit": "4GB", "threads": 2})

def components(nodes, starts, ends):
    links = numpy.ones(len(starts), dtype=bool)
    matrix = coo_matrix((links, (starts, ends)), (nodes, nodes))
    return connected_components(matrix, directed=False)[1]
"""

# Links are there already; of each node comes its component.
OF_LINKS = (
    _COMPONENTS
    + """
found = connection.execute("select node_a, node_b from " + sys.argv[2]).fetchnumpy()
nodes, ends = numpy.unique(
    numpy.concatenate([found["node_a"], found["node_b"]]), return_inverse=True
)
half = len(found["node_a"])
label = components(len(nodes), ends[:half], ends[half:])
columns = {"node": nodes, "component": label}
connection.execute("create or replace table bench.by_scipy as select * from columns")
"""
)
# From raw calls to who each identifier and each event is, with load and store: without
# rules, audit or increments.
OF_CALLS = (
    _COMPONENTS
    + """
IDENTIFIERS = '''
create temp table calls as
select
    id,
    'a:' || trim(anonymous_id) as device,
    'u:' || trim(user_id) as person,
    'e:' || lower(trim(email)) as address
from segment.identifies;
create temp table identifiers as
select identifier, row_number() over () - 1 as node
from (
    select device as identifier from calls
    union select person from calls
    union select address from calls
)
where identifier is not null
'''
LINKS = '''
select distinct devices.node as node_a, others.node as node_b
from (
    select device, person as other from calls
    union all select device, address from calls
)
join identifiers as devices on device = devices.identifier
join identifiers as others on other = others.identifier
'''
STORED = '''
create table bench.bare_identifiers as
select identifier, component from identifiers join labels using (node);
create table bench.bare_events as
select id, component
from calls join bench.bare_identifiers on identifier = device
'''

connection.execute(IDENTIFIERS)
nodes = connection.execute("select count(*) from identifiers").fetchone()[0]
links = connection.execute(LINKS).fetchnumpy()
label = components(nodes, links["node_a"], links["node_b"])
labels = {"node": numpy.arange(nodes), "component": label}
connection.execute(STORED)
"""
)
