"""x"""
from lib import bgctl, forge, journal, people, policy, ssh
from lib.commands import run
import time, threading
def setup():
    people.create()
    policy.create()
    bgctl.init()
    run(["systemctl", "stop", "bgctl-sweep.path", "bgctl-sweep.timer", "bgctl-sweep.service"]).ok()
def test_x():
    """x"""
    policy.role(max_uses=None)
    forge.grant(max_uses=None)
    for when in range(60, 320):
        try:
            r = run(["strace", "-o", "/run/s2", "-e", "inject=newfstatat:error=EIO:when=%d" % when, "su", "backup-bot", "-c", "id -Gn"], timeout=6)
        except AssertionError as e:
            t = open("/run/s2").read().splitlines()
            at = [i for i, l in enumerate(t) if "INJECTED" in l]
            print("# HANG", when, len(t), "\n# ".join(x[:200] for x in t[at[0]-12:at[0]+6]) if at else t[-5:])
            print("# END", "\n# ".join(x[:200] for x in t[-20:]))
test_x.seconds = 500
