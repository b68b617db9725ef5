# SPDX-License-Identifier: LGPL-2.1-or-later
"""The set-id helper, started by hand with what its caller can prepare: each lesson paid for by others."""
import json
import os
import pwd
import re
import resource
import stat

from lib import bgctl, journal, people, policy
from lib.check import cases, contains, equal, lacks
from lib.commands import run
from lib.terminal import Terminal

HELPER = "/usr/libexec/breakglass/bgctl-helper"
STATE = "/var/lib/breakglass"


def setup():
    people.create()
    policy.create()
    bgctl.init()
    bgctl.enroll("alice")


def helper(verb="list", document="{}", user="alice", **how):
    return run([HELPER, verb], user=user, input=document, **how)


def code(result):
    return json.loads(result.out)["error"]


def test_mode_and_place():
    """it is root's, 4755, and the only set-id file of ours"""
    status = os.stat(HELPER)
    equal((status.st_uid, stat.S_IMODE(status.st_mode)), (0, 0o4755))
    found = run("find /usr/libexec/breakglass /usr/bin/bgctl /usr/lib/*/breakglass -perm /6000").ok().out.split()
    equal(found, [HELPER])


def test_no_argument_at_all():
    """argc 0 ends it (pkexec, CVE-2021-4034)"""
    program = "import ctypes,sys; libc=ctypes.CDLL(None); a=(ctypes.c_char_p*1)(None); libc.execve(sys.argv[1].encode(), a, a)"
    result = run(["python3", "-c", program, HELPER], user="alice")
    if result.status in (0, -11):
        raise AssertionError(str(result))


@cases("GCONV_PATH", "LD_PRELOAD", "LD_LIBRARY_PATH", "LD_AUDIT", "TZ", "TZDIR", "NLSPATH", "MALLOC_TRACE", "LOCPATH",
       "RES_OPTIONS", "HOSTALIASES", "PAM_CONFDIR")
def test_environment(name):
    """nothing that the environment names is opened"""
    os.makedirs("/tmp/trap", exist_ok=True)
    os.chmod("/tmp/trap", 0o777)
    run(f"strace -f -u alice -o /root/trace env {name}=/tmp/trap/it {HELPER} list </dev/null")
    lacks(open("/root/trace").read().split("execve", 2)[-1], 'open("/tmp/trap')
    lacks(open("/root/trace").read().split(f'execve("{HELPER}"')[-1].split("\n", 1)[1], "/tmp/trap")


def test_descriptors_closed():
    """with 0, 1 and 2 closed no file of ours lands on them"""
    run(f"exec 0<&- 1>&- 2>&-; {HELPER} list", user="alice")
    result = run(f"{HELPER} list 0<&-", user="alice")
    equal(result.status, 2, "an empty document is no document")


def test_descriptors_inherited():
    """a thousand inherited descriptors are closed"""
    def many():
        resource.setrlimit(resource.RLIMIT_NOFILE, (2048, 2048))
        for _ in range(1000):
            os.dup(2)
    equal(helper(preexec_fn=many, close_fds=False).status, 0)


@cases(("RLIMIT_FSIZE", 0), ("RLIMIT_NOFILE", 8), ("RLIMIT_CPU", 1), ("RLIMIT_CORE", 1 << 30))
def test_limits(name, limit):
    """a limit of the caller's makes it whole or nothing"""
    def limited():
        resource.setrlimit(getattr(resource, name), (limit, limit))
    result = helper(preexec_fn=limited)
    if result.status not in (0, 6):
        raise AssertionError(str(result))


def test_signals_and_timers():
    """ignored and blocked signals of the caller's are not kept"""
    def prepared():
        import signal
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGCHLD})
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        os.umask(0)
    equal(helper(preexec_fn=prepared).status, 0)


def test_user_namespace():
    """in a user namespace of the caller's it does nothing"""
    result = run(["unshare", "--user", "--map-root-user", HELPER, "list"], user="alice", input="{}")
    equal((result.status, code(result)), (6, "system"))


def test_no_new_privileges():
    """where the set-id bit has no force it says so, exit 6"""
    result = run(["setpriv", "--no-new-privs", HELPER, "list"], user="alice", input="{}").exits(6)
    contains(json.loads(result.out)["text"], "NoNewPrivileges")


def test_another_etc():
    """where /etc/breakglass is not the one that PID 1 sees it does nothing"""
    run(["mkdir", "-p", "/root/other"]).ok()
    result = run(f"unshare --mount sh -c 'mount --bind /root/other /etc/breakglass && runuser -u alice -- {HELPER} list'",
                 input="{}")
    equal(result.status, 6)


def test_private_tmp_is_fine():
    """a service's private mount namespace (PrivateTmp=) is no reason to refuse"""
    result = run(["systemd-run", "--pipe", "--wait", "--quiet", "-p", "PrivateTmp=yes", "-p", "User=alice", HELPER, "list"],
                 input="{}")
    equal(result.status, 0, result.out)


@cases("", "x", "{", "[]", "{}{}", '{"account":1}', '{"nonsense":"x"}', '{"account":"a","account":"b"}', "&a {}", "account: x",
       '{"account":"../../etc"}', '{"reason":"\\u001b[31m"}', '{"reason":"%n%n%s"', '{"account":"%s"}',
       '{"reason":"' + "x" * 4096 + '"}', "{" * 100, '{"a":' * 100, "\0", "\xff\xfe")
def test_documents(document):
    """what is no document of ours is refused by the child that dropped, exit 2"""
    helper("offer", document).exits(2)


def traced(verb, document, calls):
    """What the helper does as alice starts it: the calls of its own, and those of its children, a list each."""
    run("rm -rf /root/trace; mkdir /root/trace").ok()
    run(f"strace -ff -u alice -e trace=execve,{calls} -o /root/trace/of {HELPER} {verb}", input=document)
    found = [open(f"/root/trace/{name}").read().splitlines() for name in os.listdir("/root/trace")]
    own = [calls for calls in found if calls[0].startswith("execve(")]
    equal(len(own), 1, "one program is started")
    return own[0], [calls for calls in found if calls is not own[0]]


def name_of(call):
    return call.split("(")[0]


def test_the_child_drops_before_it_reads():
    """the caller's bytes are read and parsed by a child that has become the caller, for good, before the first of them"""
    own, children = traced("list", "{}", "setgroups,setresgid,setresuid,setuid,prctl,read")
    lacks("\n".join(own), "read(0,")
    readers = [calls for calls in children if any(call.startswith("read(0,") for call in calls)]
    equal(len(readers), 1, "one child alone reads standard input")
    reads = [index for index, call in enumerate(readers[0]) if call.startswith("read(0,")]
    before = [re.sub(r"\s+", " ", call) for call in readers[0][:reads[0]]
              if name_of(call) in ("setgroups", "setresgid", "setresuid", "setuid", "prctl")]
    uid, gid = people.uid("alice"), pwd.getpwnam("alice").pw_gid
    equal(before[:4], ["setgroups(0, NULL) = 0", f"setresgid({gid}, {gid}, {gid}) = 0",
                       f"setresuid({uid}, {uid}, {uid}) = 0", "prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) = 0"])
    equal([call.split(" (")[0] for call in before[4:]], ["setuid(0) = -1 EPERM", "setresuid(-1, 0, -1) = -1 EPERM"])


def test_nothing_is_open_to_the_child():
    """no key, no secret and nothing of the store is opened before the child that parses was forked"""
    own, _ = traced("list", "{}", "openat,open,clone,clone3,fork,vfork")
    forks = [index for index, call in enumerate(own) if name_of(call) in ("clone", "clone3", "fork", "vfork")]
    if not forks:
        raise AssertionError(f"it has no child: {own}")
    for call in own[:forks[0]]:
        for part in ('"keys', ".key", ".pub", '"factors', '"grants', "/var/lib/breakglass", '"var"'):
            lacks(call, part)
    contains("\n".join(own[forks[0]:]), '"keys"')


def test_a_megabyte():
    """a document of a megabyte is refused"""
    helper("offer", '{"reason":"' + "x" * (1 << 20) + '"}').exits(2)


def test_words():
    """one verb, and nothing besides"""
    for words in ([], ["nonsense"], ["list", "x"], ["--help"], ["list" * 10000], ["%n"], ["\x1b[31m"]):
        result = run([HELPER, *words], user="alice", input="{}").exits(2)
        lacks(result.out, "\x1b")


def test_it_says_who_by_uid_alone():
    """USER, LOGNAME and argv[0] do not matter: the event names the real uid's name"""
    before = journal.cursor()
    run(["bash", "-c", f"USER=root LOGNAME=bob exec -a bob {HELPER} enroll"], user="dave",
        input='{"person":"alice"}').exits(1)
    event = journal.wait(after=before, event="refused", code="not-permitted")
    equal((event["caller"], event["caller_uid"]), ("dave", str(people.uid("dave"))))


def test_the_caller_cannot_signal_it():
    """at its prompt it is root's process: its caller can send it no signal, and read no memory of it"""
    with Terminal(["bgctl", "grant", "backup-bot", "--reason", "x"], user="alice") as terminal:
        terminal.expect("^Password: ")
        pids = run(["pgrep", "-x", "bgctl-helper"]).ok().out.split()
        for pid in pids:
            run(["kill", "-STOP", pid], user="alice").fails()
            run(["cat", f"/proc/{pid}/environ"], user="alice").fails()
    run(f"rm -rf {STATE}/tries/*").ok()


def test_no_password_in_arguments():
    """no argument of any process of ours holds a secret"""
    with Terminal(["bgctl", "grant", "backup-bot", "--reason", "x"], user="alice") as terminal:
        terminal.answer("^Password: ", people.PASSWORDS["alice"])
        terminal.expect("^Code .*: ")
        lacks(run(["ps", "axww", "-o", "args"]).ok().out, people.PASSWORDS["alice"])
    run(f"rm -rf {STATE}/tries/*").ok()


def memory_of(pid):
    """All that the process can write to, as root reads it."""
    found = b""
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            span, rights, *_ = line.split()
            first, last = (int(end, 16) for end in span.split("-"))
            if "w" in rights and "r" in rights:
                memory.seek(first)
                found += memory.read(last - first)
    return found


def test_secrets_are_wiped():
    """once the password was judged, at the prompt for the code, the helper's memory holds it no more"""
    with Terminal(["bgctl", "grant", "backup-bot", "--reason", "x"], user="alice") as terminal:
        terminal.answer("^Password: ", people.PASSWORDS["alice"])
        terminal.expect("^Code .*: ")
        for pid in run(["pgrep", "-x", "bgctl-helper"]).ok().out.split():
            memory = memory_of(pid)
            contains(memory, b"db-restart", "memory")  # it is the right one
            lacks(memory, people.PASSWORDS["alice"].encode(), "memory")
    run(f"rm -rf {STATE}/tries/*").ok()


def test_hostile_directory():
    """a whole run from a folder of the caller's opens nothing in it, and loads no code but the system's"""
    run("rm -rf /tmp/hostile && mkdir -p /tmp/hostile/etc /tmp/hostile/pam.d && cp /etc/passwd /etc/nsswitch.conf "
        "/tmp/hostile/etc && cp /lib/x86_64-linux-gnu/libsodium.so.23 /tmp/hostile && chmod -R a+rwX /tmp/hostile").ok()
    run(f"cd /tmp/hostile && strace -f -u alice -e trace=file -o /root/hostile {HELPER} offer",
        input='{"account":"backup-bot"}')
    opened = open("/root/hostile").read().split(f'execve("{HELPER}"', 1)[-1].split("\n", 1)[1]
    lacks(opened, "/tmp/hostile")
    for line in opened.splitlines():
        if "openat(AT_FDCWD, \"" in line and "openat(AT_FDCWD, \"/" not in line:
            raise AssertionError(f"opened from where the caller stands: {line}")


def test_the_store_is_closed():
    """nothing of the store or of the keys can be read by others"""
    for path in (STATE, f"{STATE}/keys/host.key", f"{STATE}/grants"):
        run(["ls", "-l", path], user="alice").fails()
    for root, folders, files in os.walk(STATE):
        for name in folders + files:
            status = os.lstat(os.path.join(root, name))
            equal(status.st_uid, 0, name)
            equal(stat.S_IMODE(status.st_mode) & 0o022, 0, name)
