"""What bench/facts finds: time to compile, allocations, bytes, the same bits on any number of threads."""
import json
import subprocess

from comparison import results, threads

MOST_COMPILE_MS = 50
MOST_BYTES_OVER, PAGE = 0.02, 4096  # of the plan's; and what rounding up to cache lines may add to a tiny one


def complaints(found):
    over = abs(found["held_bytes"] - found["planned_bytes"])
    all_checks = [(found["compile_ms"] <= MOST_COMPILE_MS, f"compiles in more than {MOST_COMPILE_MS} ms"),
                  (found["allocations"] == 0, "allocates in a step"),
                  (over <= max(MOST_BYTES_OVER * found["planned_bytes"], PAGE), "asks for other bytes than the plan says"),
                  (found["same_bits"], "bits depend on the number of threads")]
    return [complaint for holds, complaint in all_checks if not holds]


def run(options, settings):
    status = 0
    print(f"{'':14} {'compile':>10} {'allocations':>12} {'asked for':>14} {'planned':>14} {'description':>12} {'resident':>13}  same bits (1 2 3 5 16 threads)")
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
              f"{found['planned_bytes']:14,} {found['description_bytes']:12,} {found['resident_bytes']:13,}  {'yes' if found['same_bits'] else 'NO'}  {'; '.join(wrong)}", flush=True)
        status = max(status, 1 if wrong else 0)
    return status
