//! The commands of the program, one file each.

mod addr2line;
mod cache;
mod compile;
mod completions;
pub(crate) mod inspect;
mod metadata;
mod parse;
pub(crate) mod print;
pub(crate) mod run;
mod size;
mod strip;
pub(crate) mod validate;
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
    Strip(strip::Opts),
    Metadata(metadata::Opts),
    #[command(name = "addr2line")]
    Addr2line(addr2line::Opts),
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
            Self::Strip(opts) => opts.run(),
            Self::Metadata(opts) => opts.run(),
            Self::Addr2line(opts) => opts.run(),
            Self::Wast(opts) => opts.run(),
            Self::Cache(opts) => opts.run(),
            Self::Completions(opts) => opts.run(),
        }
    }
}
