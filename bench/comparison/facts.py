"""What bench/facts finds: time to compile, allocations, bytes, the same bits on any number of threads."""
import json
import subprocess

from comparison import results, threads

MOST_COMPILE_MS = 50
MOST_BYTES_OVER = 0.02  # of the plan's


def complaints(found):
    over = found["held_bytes"] / max(found["planned_bytes"], 1) - 1
    all_checks = [(found["compile_ms"] <= MOST_COMPILE_MS, f"compiles in more than {MOST_COMPILE_MS} ms"),
                  (found["allocations"] == 0, "allocates in a step"),
                  (over <= MOST_BYTES_OVER or found["planned_bytes"] < 1e6, "holds more than the plan says"),
                  (found["same_bits"], "bits depend on the number of threads")]
    return [complaint for holds, complaint in all_checks if not holds]


def run(options, settings):
    status = 0
    print(f"{'':14} {'compile':>10} {'allocations':>12} {'asked for':>14} {'planned':>14}  same bits (1 2 3 5 16 threads)")
    for name in options.workloads or threads.names(settings):
        done = subprocess.run([settings.build / "bench/facts", settings.precision, name], capture_output=True, text=True)
        if done.returncode:
            print(f"{name}: {done.stderr.strip()}")
            status = 1
            continue
        found = json.loads(done.stdout)
        results.save(settings, "facts", name, {"precision": settings.precision, **found})
        wrong = complaints(found)
        print(f"{name:14} {found['compile_ms']:7.2f} ms {found['allocations']:12} {found['held_bytes']:14,} "
              f"{found['planned_bytes']:14,}  {'yes' if found['same_bits'] else 'NO'}  {'; '.join(wrong)}", flush=True)
        status = max(status, 1 if wrong else 0)
    return status
