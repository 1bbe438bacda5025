#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Is every STAMP vector of vectors.json held against the code by some unit test?

vectors_used.py VECTORS TEST...

Each value in turn is changed in a copy; at least one of the tests has to fail then.
"""

import json
import os
import subprocess
import sys
import tempfile

GROUPS = ("V10_stamp_base", "V11_stamp_tlvs")


def leaves(value, path):
    """Paths of all texts and numbers below."""
    if isinstance(value, dict):
        for name, v in value.items():
            if name != "note":
                yield from leaves(v, path + [name])
    elif isinstance(value, list):
        for i, v in enumerate(value):
            yield from leaves(v, path + [i])
    else:
        yield path


def changed(root, path):
    """A copy with another last octet there."""
    copy = json.loads(json.dumps(root))
    at = copy
    for name in path[:-1]:
        at = at[name]
    v = at[path[-1]]
    at[path[-1]] = v + 1 if isinstance(v, int) else v[:-1] + ("0" if v[-1] != "0" else "1")
    return copy


def passes(test, vectors):
    """Does the test pass with these vectors?"""
    env = dict(os.environ, TW_TEST_VECTORS=vectors)
    return subprocess.run([test], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          stdin=subprocess.DEVNULL, check=False).returncode == 0


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        root = json.load(f)
    tests, unused, n = sys.argv[2:], [], 0
    with tempfile.TemporaryDirectory() as folder:
        copy = os.path.join(folder, "vectors.json")
        for group in GROUPS:
            for path in leaves(root[group], [group]):
                with open(copy, "w", encoding="utf-8") as f:
                    json.dump(changed(root, path), f)
                n += 1
                # the test that noticed the last one is likely to notice the next one
                noticed = next((t for t in tests if not passes(t, copy)), None)
                if noticed is None:
                    unused.append("/".join(map(str, path)))
                else:
                    tests.insert(0, tests.pop(tests.index(noticed)))
        bad = [t for t in tests if not passes(t, sys.argv[1])]
    for path in unused:
        print(f"no test notices a change of {path}")
    for test in bad:
        print(f"{test} fails with the vectors as they are")
    print(f"{n} vectors, {len(unused)} unused")
    return 1 if unused or bad or n < 30 else 0


if __name__ == "__main__":
    sys.exit(main())
