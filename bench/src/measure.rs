//! Measuring: two things in turn, A B A B …, so that a drift of the machine hits both.

use std::process::{Command, ExitCode, Stdio};
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
    pub(crate) output: Vec<u8>,
    pub(crate) success: bool,
}

/// Runs a process to its end.
pub(crate) fn process(command: &mut Command) -> Finished {
    let start = Instant::now();
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"));
    Finished {
        wall: start.elapsed(),
        output: output.stdout,
        success: output.status.success(),
    }
}

/// Pairs of a figure of one and of the other.
pub(crate) type Pairs = Vec<(f64, f64)>;

/// Both commands in turn: wall seconds. The first round does not count.
pub(crate) fn walls(
    rounds: usize,
    ours: impl FnMut() -> Command,
    theirs: impl FnMut() -> Command,
) -> Option<Pairs> {
    let wall = |mut command: Command| {
        let finished = process(&mut command);
        finished.success.then_some(finished.wall.as_secs_f64())
    };
    pairs(rounds + 1, ours, theirs, wall).map(|pairs| pairs[1..].to_vec())
}

/// Both commands in turn: peak bytes.
pub(crate) fn peaks(
    rounds: usize,
    ours: impl FnMut() -> Command,
    theirs: impl FnMut() -> Command,
) -> Option<Pairs> {
    pairs(rounds, ours, theirs, |command| peak(&command))
}

fn pairs(
    rounds: usize,
    mut ours: impl FnMut() -> Command,
    mut theirs: impl FnMut() -> Command,
    figure: impl Fn(Command) -> Option<f64>,
) -> Option<Pairs> {
    let figure = |command: Command| {
        let name = format!("{command:?}");
        let found = figure(command);
        if found.is_none() {
            eprintln!("failed, and left out: {name}");
        }
        found
    };
    (0..rounds)
        .map(|_| Some((figure(ours())?, figure(theirs())?)))
        .collect()
}

/// Peak bytes of a process. The system counts what its parent has when it starts as its own, so a small process starts it.
pub(crate) fn peak(command: &Command) -> Option<f64> {
    let mut parent = Command::new(std::env::current_exe().expect("this program has a path"));
    parent.arg("child-peak").arg(command.get_program());
    parent.args(command.get_args());
    if let Some(folder) = command.get_current_dir() {
        parent.current_dir(folder);
    }
    let finished = process(&mut parent);
    let bytes = String::from_utf8(finished.output).ok()?.parse().ok()?;
    finished.success.then_some(bytes)
}

/// Runs a command, and prints its peak in bytes.
pub(crate) fn child(command: &[String]) -> ExitCode {
    let status = Command::new(&command[0])
        .args(&command[1..])
        .stdout(Stdio::null())
        .status();
    // SAFETY: it is numbers only, and 0 is one.
    let mut usage = unsafe { std::mem::zeroed::<libc::rusage>() };
    // SAFETY: the pointer is to a live local.
    unsafe { libc::getrusage(libc::RUSAGE_CHILDREN, &mut usage) };
    print!("{}", usage.ru_maxrss * 1024);
    match status.is_ok_and(|status| status.success()) {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}
