//! The ways out again where the kernel does not help: without `openat2`, which sandboxes and containers often refuse, a path is
//! walked step by step. A process of its own refuses the call to itself and runs those tests.

use rustix::io::Errno;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// Set in the process that cannot call `openat2`.
const KEY: &str = "WEFT_TEST_WITHOUT_OPENAT2";

const fn instruction(code: u32, if_true: u8, k: u32) -> libc::sock_filter {
    libc::sock_filter {
        code: code as u16,
        jt: if_true,
        jf: 0,
        k,
    }
}

/// Answers `openat2` with `ENOSYS`, and lets every other call through.
static FILTER: [libc::sock_filter; 4] = [
    // The number of the call is the first word of what the filter sees.
    instruction(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0),
    instruction(
        libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K,
        1,
        libc::SYS_openat2 as u32,
    ),
    instruction(libc::BPF_RET | libc::BPF_K, 0, libc::SECCOMP_RET_ALLOW),
    instruction(
        libc::BPF_RET | libc::BPF_K,
        0,
        libc::SECCOMP_RET_ERRNO | libc::ENOSYS as u32,
    ),
];

/// Refuses `openat2` to this process and those that it starts.
fn refuse_openat2() -> io::Result<()> {
    let program = libc::sock_fprog {
        len: FILTER.len() as u16,
        filter: FILTER.as_ptr().cast_mut(),
    };
    // SAFETY: the kernel reads the program, and every pointer in it is of a static.
    let failed = unsafe {
        libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0
            || libc::prctl(
                libc::PR_SET_SECCOMP,
                libc::SECCOMP_MODE_FILTER,
                &raw const program,
            ) != 0
    };
    match failed {
        true => Err(io::Error::last_os_error()),
        false => Ok(()),
    }
}

fn run_again(tests: &str) {
    let mut again = Command::new(std::env::current_exe().unwrap());
    again.args([tests, "--test-threads=2"]).env(KEY, "1");
    // SAFETY: between fork and exec it makes two system calls, and allocates nothing.
    unsafe { again.pre_exec(refuse_openat2) };
    let output = again.output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn no_way_out_is_open_without_openat2() {
    if std::env::var_os(KEY).is_none() {
        for tests in [
            "tests::escape::",
            "tests::without_openat2::",
            "check::tests::",
        ] {
            run_again(tests);
        }
        return;
    }
    let call = rustix::fs::openat2(
        rustix::fs::CWD,
        "/",
        rustix::fs::OFlags::PATH,
        rustix::fs::Mode::empty(),
        rustix::fs::ResolveFlags::empty(),
    );
    assert_eq!(call.err(), Some(Errno::NOSYS), "this process can call it");
}
