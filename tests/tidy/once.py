#!/usr/bin/env python3
"""once.py NM ARCHIVE...: a global name is defined in one place. Linkers take the first they come by in an archive and
say nothing of a second one, so two folders could have a function of one name and use either."""
import re
import subprocess
import sys

LINE = re.compile(r"^(.+?):(\S+?):\S* ([A-Za-z]) (\w+)$")
DEFINED = "TDBRGSC"  # code and data; weak ones may be there twice


def places(nm, archives):
    """name -> where it is defined."""
    said = subprocess.run([nm, "-A", "-g", "--defined-only", *archives], capture_output=True, text=True, check=True).stdout
    found = {}
    for line in said.splitlines():
        parts = LINE.match(line)
        if parts and parts.group(3) in DEFINED and not parts.group(4).startswith("_"):
            found.setdefault(parts.group(4), []).append(parts.group(1).rsplit("/", 1)[-1] + ":" + parts.group(2))
    return found


def main(nm, *archives):
    found = places(nm, archives)
    twice = {name: where for name, where in found.items() if len(where) > 1}
    for name, where in sorted(twice.items()):
        print(f"{name} is defined in {' and in '.join(sorted(where))}")
    print(f"{len(found)} names in {len(archives)} archives")
    return 1 if twice or not found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
