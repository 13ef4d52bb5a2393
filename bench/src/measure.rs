//! Measuring: two things in turn, A B A B …, so that a drift of the machine hits both.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Prints rows as they come.
pub(crate) struct Table {
    only: Vec<String>,
}

impl Table {
    pub(crate) fn new(only: Vec<String>) -> Self {
        println!("{:<48} {:>14} {:>14} {:>8}", "", "weft", "peer", "ratio");
        Self { only }
    }

    /// Whether the row is wanted; asked before it is measured.
    pub(crate) fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|word| name.contains(word))
    }

    pub(crate) fn row(&mut self, name: &str, unit: Unit, pairs: &[(f64, f64)]) -> f64 {
        let ours = median(pairs.iter().map(|pair| pair.0));
        let theirs = median(pairs.iter().map(|pair| pair.1));
        let ratio = median(pairs.iter().map(|pair| pair.0 / pair.1));
        println!(
            "{name:<48} {:>14} {:>14} {ratio:>8.3}",
            unit.show(ours),
            unit.show(theirs)
        );
        ratio
    }

    pub(crate) fn note(&mut self, name: &str, ratio: f64) {
        println!("{name:<48} {:>14} {:>14} {ratio:>8.3}", "", "");
    }
}

/// What a figure counts.
#[derive(Copy, Clone)]
pub(crate) enum Unit {
    Seconds,
    Bytes,
    Instructions,
}

impl Unit {
    fn show(self, value: f64) -> String {
        match self {
            Self::Instructions => format!("{value:.2}"),
            Self::Bytes => format!("{:.1} MiB", value / 1048576.0),
            Self::Seconds if value < 1e-6 => format!("{:.2} ns", value * 1e9),
            Self::Seconds if value < 1e-3 => format!("{:.2} us", value * 1e6),
            Self::Seconds if value < 1.0 => format!("{:.2} ms", value * 1e3),
            Self::Seconds => format!("{value:.2} s"),
        }
    }
}

pub(crate) fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Seconds for one of `count` calls, in turn, `rounds` times.
pub(crate) fn in_turn(
    rounds: usize,
    count: u32,
    mut ours: impl FnMut(u32),
    mut theirs: impl FnMut(u32),
) -> Vec<(f64, f64)> {
    let time = |run: &mut dyn FnMut(u32)| {
        let start = Instant::now();
        run(count);
        start.elapsed().as_secs_f64() / f64::from(count)
    };
    time(&mut ours);
    time(&mut theirs);
    (0..rounds)
        .map(|_| (time(&mut ours), time(&mut theirs)))
        .collect()
}

/// A finished process.
pub(crate) struct Finished {
    pub(crate) wall: Duration,
    pub(crate) peak_bytes: f64,
    pub(crate) output: Vec<u8>,
    pub(crate) success: bool,
}

/// Runs a process to its end; its peak memory is what the system counted for it alone.
pub(crate) fn process(command: &mut Command) -> Finished {
    let start = Instant::now();
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let mut child = child.unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"));
    let mut output = Vec::new();
    let mut pipe = child.stdout.take().expect("it was piped");
    std::io::Read::read_to_end(&mut pipe, &mut output).expect("a pipe can be read");
    let mut status = 0;
    // SAFETY: it is numbers only, and 0 is one.
    let mut usage = unsafe { std::mem::zeroed::<libc::rusage>() };
    // SAFETY: the pid is our child's, which nobody else waits for; both pointers are to live locals.
    unsafe { libc::wait4(child.id() as i32, &mut status, 0, &mut usage) };
    Finished {
        wall: start.elapsed(),
        peak_bytes: usage.ru_maxrss as f64 * 1024.0,
        output,
        success: libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0,
    }
}

/// Both commands in turn: wall seconds and peak bytes.
pub(crate) fn processes(
    rounds: usize,
    mut ours: impl FnMut() -> Command,
    mut theirs: impl FnMut() -> Command,
) -> Option<Pairs> {
    let mut pairs = Pairs::default();
    for round in 0..=rounds {
        let (a, b) = (process(&mut ours()), process(&mut theirs()));
        if !a.success || !b.success {
            let failed = if a.success { theirs() } else { ours() };
            eprintln!("failed, and left out: {failed:?}");
            return None;
        }
        if round > 0 {
            pairs
                .wall
                .push((a.wall.as_secs_f64(), b.wall.as_secs_f64()));
            pairs.peak.push((a.peak_bytes, b.peak_bytes));
        }
    }
    Some(pairs)
}

#[derive(Default)]
pub(crate) struct Pairs {
    pub(crate) wall: Vec<(f64, f64)>,
    pub(crate) peak: Vec<(f64, f64)>,
}
