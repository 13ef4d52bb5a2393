//! The commands of the program, one file each.

mod cache;
mod compile;
mod completions;
mod inspect;
mod parse;
mod print;
pub(crate) mod run;
mod size;
mod validate;
mod wast;

use weft::Result;

/// A command and its options.
#[derive(clap::Subcommand, Debug)]
pub(crate) enum Command {
    Run(run::Opts),
    Compile(compile::Opts),
    Validate(validate::Opts),
    Parse(parse::Opts),
    Print(print::Opts),
    Inspect(inspect::Opts),
    Size(size::Opts),
    Wast(wast::Opts),
    Cache(cache::Opts),
    Completions(completions::Opts),
}

impl Command {
    /// Does it, and answers the exit code.
    pub(crate) fn run(self) -> Result<i32> {
        match self {
            Self::Run(opts) => opts.run(),
            Self::Compile(opts) => opts.run(),
            Self::Validate(opts) => opts.run(),
            Self::Parse(opts) => opts.run(),
            Self::Print(opts) => opts.run(),
            Self::Inspect(opts) => opts.run(),
            Self::Size(opts) => opts.run(),
            Self::Wast(opts) => opts.run(),
            Self::Cache(opts) => opts.run(),
            Self::Completions(opts) => opts.run(),
        }
    }
}
