//! The program `weft`: runs, compiles, tests, prints and explains WebAssembly.
//!
//! One file per command under `commands/`, each with its `Opts`, its `run` and its examples; what they
//! share lies beside this file. Nothing is set up before a command asks for it: the usual run of a
//! cached module is over in a few milliseconds, and start-up is part of them.

mod allocator;
mod commands;
mod disassembly;
mod exit;
mod host;
mod http_get;
mod input;
mod json;
mod log;
mod multicall;
mod options;
mod output;
mod progress;
mod source_text;
mod styles;
mod suggest;
mod units;

use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::{ArgAction, ColorChoice, CommandFactory, FromArgMatches, Parser};

use commands::Command;
use multicall::Tool;

/// A fast, complete WebAssembly engine and toolchain
#[derive(Parser, Debug)]
#[command(
    name = "weft",
    version,
    override_usage = "weft [OPTIONS] FILE [ARGS]...\n       weft COMMAND ...",
    after_help = EXAMPLES,
    max_term_width = 100,
    arg_required_else_help = true,
)]
struct Weft {
    #[command(subcommand)]
    command: Command,

    #[command(flatten)]
    globals: Globals,
}

/// What every command takes.
#[derive(clap::Args, Debug)]
struct Globals {
    /// Say what is being done; twice for details. `WEFT_LOG=info` does the same
    #[arg(short, long, global = true, action = ArgAction::Count, help_heading = "Global options")]
    verbose: u8,

    /// When to use colour: auto, always or never. `NO_COLOR=1` does the same as never
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_default_value = true,
        hide_possible_values = true,
        help_heading = "Global options"
    )]
    color: ColorChoice,
}

const EXAMPLES: &str = "\
`weft FILE` is short for `weft run FILE`; `weft run --help` lists its options.

Examples:
  weft hello.wasm                        run a program
  weft --dir . sort.wasm in.txt out.txt  let it use the current directory
  weft app.mjs                           run JavaScript with the WebAssembly API
  weft --invoke add math.wat 2 3         call one function
  weft compile app.wasm -o app.weft      compile ahead of time
  weft validate *.wasm                   check modules without running them
  weft inspect app.wasm                  show what is in a module
  weft print app.wasm                    show it as text";

fn main() {
    allocator::settle();
    let args: Vec<OsString> = std::env::args_os().collect();
    let code = match args.first().and_then(Tool::called) {
        Some(tool) => tool.run(args),
        None => match parse(args) {
            Ok(weft) => run(weft),
            Err(error) => reject(&error),
        },
    };
    std::process::exit(code);
}

fn run(weft: Weft) -> i32 {
    choose_color(weft.globals.color);
    log::init(weft.globals.verbose);
    match weft.command.run() {
        Ok(code) => code,
        Err(error) => {
            exit::print(&error);
            exit::code_of(&error)
        }
    }
}

/// Parses the command line; the program's name is the first of `args`.
fn parse(args: Vec<OsString>) -> Result<Weft, clap::Error> {
    let command = Weft::command();
    let args = with_default_command(args, &command);
    let chosen = args.get(first_after_globals(&args));
    let chosen = chosen.map(|arg| arg.to_string_lossy());
    let mut command = Command::define(command, chosen.as_deref().unwrap_or(""));
    let matches = command.try_get_matches_from_mut(args)?;
    Weft::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
}

/// Puts `run` in front of what is not a command.
fn with_default_command(mut args: Vec<OsString>, command: &clap::Command) -> Vec<OsString> {
    let first = first_after_globals(&args);
    let is_command = |name: &str| command.get_subcommands().any(|sub| sub.get_name() == name);
    match args.get(first).map(|arg| arg.to_string_lossy()) {
        None => {}
        Some(arg) if BUILT_IN.contains(&&*arg) || is_command(&arg) => {}
        Some(_) => args.insert(first, "run".into()),
    }
    args
}

/// What clap answers itself.
const BUILT_IN: [&str; 5] = ["-h", "--help", "-V", "--version", "help"];

/// Where the first argument stands that is not an option of every command.
fn first_after_globals(args: &[OsString]) -> usize {
    let mut index = 1;
    while let Some(arg) = args.get(index).and_then(|arg| arg.to_str()) {
        index += match arg {
            "--color" => 2,
            "--verbose" => 1,
            _ if arg.starts_with("--color=") || is_verbose(arg) => 1,
            _ => break,
        };
    }
    index
}

fn is_verbose(arg: &str) -> bool {
    arg.strip_prefix('-')
        .is_some_and(|rest| !rest.is_empty() && rest.chars().all(|c| c == 'v'))
}

/// Prints what clap has to say: help, the version, or what is wrong with the command line.
fn reject(error: &clap::Error) -> i32 {
    // A closed stream leaves nobody to tell.
    let _ = error.print();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => 0,
        _ => exit::USAGE,
    }
}

fn choose_color(choice: ColorChoice) {
    let choice = match choice {
        ColorChoice::Auto => anstream::ColorChoice::Auto,
        ColorChoice::Always => anstream::ColorChoice::Always,
        ColorChoice::Never => anstream::ColorChoice::Never,
    };
    choice.write_global();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(args: &str) -> Weft {
        parse(args.split(' ').map(OsString::from).collect()).unwrap()
    }

    #[test]
    fn the_definition_of_the_command_line_is_consistent() {
        Command::define_all(Weft::command()).debug_assert();
    }

    #[test]
    fn a_file_alone_is_run() {
        for line in [
            "weft a.wasm",
            "weft run a.wasm",
            "weft -v a.wasm",
            "weft -vv --color never run a.wasm",
            "weft --color=always -v --verbose a.wasm",
            "weft -- a.wasm",
        ] {
            let Command::Run(run) = parsed(line).command else {
                panic!("{line}");
            };
            assert_eq!(run.file_and_args, ["a.wasm"], "{line}");
        }
    }

    #[test]
    fn flags_after_the_file_belong_to_the_guest() {
        let weft = parsed("weft -v --env A=1 a.wasm -v --env B --help -- x");
        let Command::Run(run) = weft.command else {
            panic!();
        };
        assert_eq!(weft.globals.verbose, 1);
        let guest: Vec<_> = run.file_and_args.iter().collect();
        assert_eq!(guest, ["a.wasm", "-v", "--env", "B", "--help", "--", "x"]);
    }

    #[test]
    fn an_unknown_flag_before_the_file_is_an_error() {
        let error = parse(vec!["weft".into(), "--envv".into(), "a.wasm".into()]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnknownArgument);
    }
}
