"""Writes what was measured into docs/performance.md, between the two marks."""
from comparison import results, rounds
from comparison.facts import complaints
from comparison.peers import PEERS, ROOT
from comparison.rounds import number, text_of
from comparison.threads import MOST

BEGIN, END = "<!-- measured by bench/compare: begin -->", "<!-- measured by bench/compare: end -->"
PEER_NAMES = [name for name, _, _ in PEERS if name not in ("gradus", "floor")]
ORDER = ["car", "online", "tabular", "deep", "fashion", "fashion-wide", "wide", "lenet", "predict-1", "predict-1000"]


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def times_of(found):
    return {(one["peer"], one["threads"]): one["rounds"] for one in found["contenders"]}


def own_times(times):
    """"150 / 94": medians of gradus on one and two threads."""
    middle = [rounds.summary(rounds.medians(slices))["median"] for (name, _), slices in sorted(times.items()) if name == "gradus"]
    return " / ".join(map(number, middle))


def ordered(found):
    places = {name: place for place, name in enumerate(ORDER)}
    return sorted(found, key=lambda name: (places.get(name.removesuffix("-floor"), len(ORDER)), name))


def steps_table(found):
    peers = [peer for peer in PEER_NAMES if any((peer, t) in times_of(one) for one in found.values() for t in (1, 2))]
    rows = []
    for name in ordered(found):
        if name.endswith("-floor"):
            continue
        times = times_of(found[name])
        ratios = {peer: rounds.ratios_at_better_threads(times, peer) for peer in peers}
        there = [peer for peer in peers if ratios[peer]]
        fastest = max(there, key=lambda peer: ratios[peer]["median"], default=None)
        cells = [("**" + text_of(ratios[peer]) + "**" if peer == fastest else text_of(ratios[peer])) if ratios[peer] else "-"
                 for peer in peers]
        rows.append([name, own_times(times), *cells])
    return table(["workload", "gradus, us (1 / 2 threads)", *peers], rows)


def floor_table(found):
    rows = []
    for name in ordered(found):
        times = times_of(found[name])
        if ("floor", 1) not in times:
            continue
        cells = [text_of(rounds.ratio(times["gradus", threads], times["floor", threads]))
                 for threads in (1, 2) if ("floor", threads) in times and ("gradus", threads) in times]
        rows.append([name.removesuffix("-floor"), own_times(times), *cells])
    return table(["network", "gradus, us (1 / 2 threads)", "over the floor, 1 thread", "2 threads"], rows)


def whole_table(found):
    rows = [[name, number(rounds.summary(run["seconds"])["median"]) + " s", run["accuracy"],
             "-" if name == "gradus" else text_of(run["ratio"])]
            for one in found.values() for name, run in one["runs"].items()]
    return table(["whole run", "time", "test accuracy", "gradus over it"], rows)


def facts_table(found):
    rows = [[name, f"{one['compile_ms']:.1f}", str(one["allocations"]), f"{one['held_bytes']:,}", f"{one['planned_bytes']:,}",
             f"{one['description_bytes']:,}", f"{one['resident_bytes']:,}", "yes" if one["same_bits"] else "**no**", "; ".join(complaints(one))]
            for name in ordered(found) for one in [found[name]]]
    return table(["workload", "compile, ms", "allocations in steps 2-10", "bytes asked for", "bytes of the plan",
                  "the plan itself, bytes", "resident, bytes", "same bits on 1, 2, 3, 5, 16 threads", ""], rows)


def threads_tables(found):
    rows = [[name, number(found[name]["one_us"]), text_of(found[name]["ratio"])]
            for name in ordered(found) if not name.startswith("mlp ")]
    parts = [table(["workload", "1 thread, us", "2 threads over 1"], rows)] if rows else []
    sweep = {}  # width: {rows: ratio}
    for name, one in found.items():
        if name.startswith("mlp "):
            widths, batch = name.split()[1:]
            sweep.setdefault(int(widths.split("-")[0]), {})[int(batch)] = one["ratio"]
    if sweep:
        batches = sorted({batch for ratios in sweep.values() for batch in ratios})
        rows = [[str(width)] + [text_of(sweep[width][b]) if b in sweep[width] else "-" for b in batches] for width in sorted(sweep)]
        parts.append(table(["width", *(f"batch {b}" for b in batches)], rows))
    slower = [name for name, one in found.items() if one["ratio"]["median"] > MOST]
    parts.append(f"Slower with two threads (above {MOST}): {', '.join(slower) or 'none'}.")
    return "\n\n".join(parts)


PARTS = [
    ("steps", "Steps: gradus over each peer, better number of threads of both; the fastest peer in bold", steps_table),
    ("steps", "Steps: gradus over the hand-written floor, same number of threads", floor_table),
    ("whole", "Fashion-MNIST, 784-128-10, 10 epochs, process start to saved model", whole_table),
    ("threads", "Two threads over one", threads_tables),
    ("facts", "Compiling, memory, bits", facts_table),
]


def measured(settings):
    text, about, commits = [], set(), set()
    for precision in ("f32", "bf16"):
        for kind, title, make in PARTS:
            found = results.load_all(settings, kind, precision)
            if not found or precision != "f32" and make is floor_table:
                continue
            about |= {(one["machine"], one["date"]) for one in found.values()}
            commits |= {one.get("commit", "several commits of that day") for one in found.values()}
            text.append(f"### {title}{'' if precision == 'f32' else ', ' + precision}\n\n{make(found)}")
    told = [f"Measured on {machine}, {date}." for machine, date in sorted(about)]
    told.append(f"gradus at {', '.join(sorted(commits))}.")
    versions = {one["title"] for found in results.load_all(settings, "steps").values() for one in found["contenders"]
                if one["peer"] not in ("gradus", "gradus f32", "floor")}
    disturbed = [f"{kind} {name}" for kind in ("steps", "threads") for name, one in results.load_all(settings, kind).items()
                 if one.get("others", 0) > rounds.MOST_BY_OTHERS]
    if disturbed:
        told.append(f"Disturbed by others on the machine: {', '.join(disturbed)}.")
    told.append(f"Peers: {', '.join(sorted(versions))}.")
    return "\n\n".join(["\n".join(told), *text])


def write(settings):
    path = ROOT / "docs/performance.md"
    before, _, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    path.write_text(f"{before}{BEGIN}\n{measured(settings)}\n{END}{after}", encoding="utf-8")
    print(f"wrote {path}")
    return 0
