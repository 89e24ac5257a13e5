"""What a sync is measured against: scripts that do the least that is the same work.

Each is run in a process of its own.
"""

# Segment's own library, once a row, as its documentation shows.
LIBRARY = """
import duckdb, logging, sys
from segment.analytics import Client
logging.disable()
file, url, queue = sys.argv[1:]
client = Client("bench-write-key-000000000000000000", host=url, gzip=True,
                **({"max_queue_size": int(queue)} if queue != "default" else {}))
connection = duckdb.connect(file, read_only=True)
found = connection.execute("from bench_syncs.people")
names = [column[0] for column in found.description]
while rows := found.fetchmany(5000):
    for row in rows:
        traits = dict(zip(names, row))
        client.identify(traits.pop("user_id"), traits)
client.flush()
client.join()
"""

# Compares, renders in SQL, sends without gzip on four connections, keeps what it sent.
# No plan that survives a crash, no check of a message, no retry.
BARE = """
import duckdb, httpx, sys
from concurrent.futures import ThreadPoolExecutor
file, url = sys.argv[1:]
connection = duckdb.connect(file)
connection.execute("set memory_limit = '2GB'")
connection.execute("create table bench_sent as from bench_syncs.people limit 0")
connection.execute("create table bench_changed as select model.* from "
    "bench_syncs.people as model left join bench_sent as sent using (user_id) "
    "where model is distinct from sent")
found = connection.cursor().execute("select to_json({'type': 'identify', "
    "'messageId': 'bare-' || md5(user_id), 'timestamp': '2026-01-01T00:00:00.000Z', "
    "'userId': user_id, 'traits': {'frustration_score': frustration_score, "
    "'frustration_band': frustration_band, 'last_replay_url': last_replay_url, "
    "'last_replay_at': last_replay_at, 'sessions_count': sessions_count, "
    "'hours_watched': hours_watched}, 'context': {'integration': "
    "{'name': 'relyv-segment', 'version': '0.1.0'}}}) from bench_changed")
client = httpx.Client(auth=("bench-write-key-000000000000000000", ""))
def send(rows):
    body = '{"batch":[' + ",".join(row[0] for row in rows) + "]}"
    client.post(url + "/v1/batch", content=body.encode()).raise_for_status()
with ThreadPoolExecutor(4) as pool:
    sent = []
    while rows := found.fetchmany(1000):
        sent.append(pool.submit(send, rows))
        if len(sent) > 8:
            sent.pop(0).result()
    [one.result() for one in sent]
connection.execute("insert into bench_sent from bench_changed")
connection.execute("drop table bench_changed")
connection.execute("drop table bench_sent")
"""

# Compares the model with a copy of itself, in full.
DIFF = """
import duckdb, sys
connection = duckdb.connect(sys.argv[1], read_only=True)
connection.execute("create temp table sent as from bench_syncs.people")
connection.execute(
    "select count(*) from bench_syncs.people as model full join sent "
    "on model.user_id = sent.user_id where model is distinct from sent"
).fetchall()
"""

# Compares the model with what the ledger keeps of it, column by column.
COMPARISON = """
import duckdb, sys
file, memory, *fields = sys.argv[1:]
connection = duckdb.connect(file, read_only=True)
connection.execute(f"set memory_limit = '{memory}'")
connection.execute(f"set temp_directory = '{file}.bare'")
differs = " or ".join(f"model.{f} is distinct from sent.{f}" for f in fields)
connection.execute(
    "select count(*) from bench_syncs.people as model "
    "full join bench_ledger.people__sent as sent on model.user_id = sent._key_1 "
    f"where model.user_id is null or sent._key_1 is null or {differs}"
).fetchall()
"""

# The same as BARE, where PostgreSQL compares and renders.
BARE_POSTGRES = """
import httpx, json, psycopg, sys
url, place = sys.argv[1], json.loads(sys.argv[2])
client = httpx.Client(auth=("bench-write-key-000000000000000000", ""))
with psycopg.connect(**place) as connection:
    connection.execute("create table bench_sent as table bench_syncs.people limit 0")
    connection.execute("create table bench_changed as select model.* from "
        "bench_syncs.people as model left join bench_sent as sent using (user_id) "
        "where model is distinct from sent")
    cursor = connection.cursor(name="rendered", binary=False)
    cursor.execute("select json_build_object('type', 'identify', "
        "'messageId', 'bare-' || md5(user_id), 'userId', user_id, 'traits', "
        "json_build_object('frustration_score', frustration_score, "
        "'frustration_band', frustration_band, 'last_replay_url', last_replay_url, "
        "'last_replay_at', last_replay_at, 'sessions_count', sessions_count, "
        "'hours_watched', hours_watched))::text from bench_changed")
    while rows := cursor.fetchmany(1000):
        body = '{"batch":[' + ",".join(row[0] for row in rows) + "]}"
        client.post(url + "/v1/batch", content=body.encode()).raise_for_status()
    cursor.close()
    connection.execute("insert into bench_sent table bench_changed")
    connection.execute("drop table bench_changed, bench_sent")
"""

# `relyv sync run`, a stop-watch on each step: CPU seconds of the thread that does it.
STEPS = """
import json, sys, time
from collections import Counter
from types import SimpleNamespace
import httpx, sync.run, sync.shipment, tracking.client
from sync.payload.renderer import Renderer
spent = Counter()
def watched(step, work):
    def watch(*arguments, **named):
        begun = time.thread_time()
        try:
            return work(*arguments, **named)
        finally:
            spent[step] += time.thread_time() - begun
    return watch
whole = sync.shipment.stream
def fetched(*arguments, **named):
    chunks = whole(*arguments, **named)
    following = watched("fetch", lambda: next(chunks, None))
    while (chunk := following()) is not None:
        yield chunk
sync.shipment.stream = fetched
sync.run.freeze = watched("plan", sync.run.freeze)
sync.shipment.commit = watched("commit", sync.shipment.commit)
Renderer.render = watched("render", Renderer.render)
Renderer.render_said = watched("render", Renderer.render_said)
compress = watched("compress", tracking.client.igzip.compress)
tracking.client.igzip = SimpleNamespace(compress=compress)
httpx.Client.post = watched("post", httpx.Client.post)
import relyv
sys.argv = ["relyv", "sync", "run"]
try:
    relyv.main()
except SystemExit as ended:
    if ended.code:
        raise
spent["all"] = time.process_time()
print(json.dumps(spent))
"""
