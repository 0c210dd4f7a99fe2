"""all.py TARGET.json [NAME...]: runs the attacks (those whose names contain one of NAME) and tells what became of each."""
import inspect
import json
import os
import sys
import time
import traceback

sys.path.insert(0, os.path.dirname(__file__))
import on_sessions
import on_the_api
import on_the_wire
from wire import Target, eventually

target = Target(json.load(open(sys.argv[1])))
wanted = sys.argv[2:]
failed = []
assert eventually(lambda: int(target.query("SELECT count(*) FROM public.device")) >= 3), "the honest devices did not come"
target.inform("FIRST")
for module in (on_the_wire, on_sessions, on_the_api):
    for name, attack in list(vars(module).items()):
        if not inspect.isfunction(attack) or attack.__module__ != module.__name__ or list(inspect.signature(attack).parameters) != ["target"]:
            continue
        if name in ("tables", "routes") or wanted and not any(part in name for part in wanted):
            continue
        began, outcome = time.monotonic(), "held"
        try:
            attack(target)
            assert target.is_alive(), "the server is not ready any more"
        except Exception:
            outcome = "FAILED"
            failed.append(name)
            traceback.print_exc()
        print(json.dumps({"attack": name.replace("_", " "), "outcome": outcome, "seconds": round(time.monotonic() - began, 1)}), flush=True)
internal = target.metric("acs_http_handler_failures_total")
if internal:
    failed.append(f"{internal:.0f} requests ended in an exception of ours: " +
                  "; ".join(line for line in target.log().splitlines() if "net.handler_failed" in line)[:2000])
print(json.dumps({"failed": failed}))
sys.exit(1 if failed else 0)
