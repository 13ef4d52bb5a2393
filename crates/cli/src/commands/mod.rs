//! The commands of the program, one file each.
//!
//! clap is told of their names, and of the options of the one that is chosen: to define those of all would be a good part
//! of a short run's time.

mod addr2line;
mod cache;
mod compile;
mod completions;
mod doctor;
mod explore;
pub(crate) mod inspect;
mod metadata;
mod parse;
pub(crate) mod print;
pub(crate) mod run;
mod size;
mod strip;
pub(crate) mod validate;
mod wast;

use clap::error::ErrorKind;
use clap::{ArgMatches, Args, FromArgMatches, Subcommand};
use weft::Result;

/// Defines [`Command`]: for each a variant, its module, its name and the first line of its help.
macro_rules! commands {
    ($($variant:ident = $module:ident $name:literal $about:literal;)*) => {
        /// A command and its options.
        #[derive(Debug)]
        pub(crate) enum Command {
            $($variant(Box<$module::Opts>),)*
        }

        impl Command {
            /// Does it, and answers the exit code.
            pub(crate) fn run(self) -> Result<i32> {
                match self {
                    $(Self::$variant(opts) => opts.run(),)*
                }
            }

            /// Adds the options of the command called `name`; those of all if it is none, as when help is asked for.
            pub(crate) fn define(program: clap::Command, name: &str) -> clap::Command {
                match name {
                    $($name => program.mut_subcommand($name, $module::Opts::augment_args),)*
                    _ => Self::define_all(program),
                }
            }

            /// Adds the options of all commands.
            pub(crate) fn define_all(program: clap::Command) -> clap::Command {
                program$(.mut_subcommand($name, $module::Opts::augment_args))*
            }
        }

        impl FromArgMatches for Command {
            fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
                match matches.subcommand() {
                    $(Some(($name, matches)) => {
                        Ok(Self::$variant(Box::new(FromArgMatches::from_arg_matches(matches)?)))
                    })*
                    _ => Err(clap::Error::new(ErrorKind::MissingSubcommand)),
                }
            }

            fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
                *self = Self::from_arg_matches(matches)?;
                Ok(())
            }
        }

        impl Subcommand for Command {
            fn augment_subcommands(command: clap::Command) -> clap::Command {
                command
                    .subcommand_required(true)
                    .arg_required_else_help(true)
                    $(.subcommand(clap::Command::new($name).about($about)))*
            }

            fn augment_subcommands_for_update(command: clap::Command) -> clap::Command {
                Self::augment_subcommands(command)
            }

            fn has_subcommand(name: &str) -> bool {
                [$($name),*].contains(&name)
            }
        }
    };
}

commands! {
    Run = run "run" "Run a program or a script, or call one function of a module";
    Compile = compile "compile" "Compile a module ahead of time";
    Validate = validate "validate" "Check that modules are valid, without running them";
    Parse = parse "parse" "Turn text (.wat) into a binary module (.wasm)";
    Print = print "print" "Show a binary module (.wasm) as text (.wat)";
    Inspect = inspect "inspect" "Show what is in a module: its sections, what they say, and its functions";
    Explore = explore "explore" "Make a page that shows a module's bytes, text, source and native code side by side";
    Doctor = doctor "doctor" "Say what kind of module this is, what it needs and who has it, and how to run it";
    Size = size "size" "Show what the bytes of a module are for, or what changed between two builds";
    Strip = strip "strip" "Remove custom sections: debug information, names, producers";
    Metadata = metadata "metadata" "Show or add to what a module says about who made it";
    Addr2line = addr2line "addr2line" "Say which function and source line an offset in a module belongs to";
    Wast = wast "wast" "Run WebAssembly test scripts";
    Cache = cache "cache" "Show or clear the cache of compiled code";
    Completions = completions "completions" "Print a completion script for a shell";
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::Command;

    /// The examples in the help of a command and those inside it.
    fn examples(command: &clap::Command) -> Vec<String> {
        let help = command
            .get_after_help()
            .map(ToString::to_string)
            .unwrap_or_default();
        let own = help
            .lines()
            .filter(|line| line.starts_with("  "))
            .map(str::to_string);
        own.chain(command.get_subcommands().flat_map(examples))
            .collect()
    }

    /// What `weft` is given by the commands of a line of shell.
    fn invocations(line: &str) -> Vec<Vec<String>> {
        let line = line.trim().split("   ").next().unwrap_or("");
        let commands = line.split(['|', ';', '&', '>']).map(|command| {
            let words = command
                .split_whitespace()
                .map(|word| word.trim_matches('\'').to_string());
            words.collect::<Vec<_>>()
        });
        commands
            .filter(|words| words.first().is_some_and(|word| word == "weft"))
            .collect()
    }

    #[test]
    fn examples_in_help_are_right() {
        let weft = Command::define_all(crate::Weft::command());
        let mut checked = 0;
        for line in examples(&weft) {
            for words in invocations(&line) {
                let args = words.iter().map(Into::into).collect();
                if let Err(error) = crate::parse(args) {
                    panic!("{line}: {error}");
                }
                checked += 1;
            }
        }
        assert!(checked > 40, "{checked}");
    }

    #[test]
    fn the_list_says_what_the_help_of_a_command_says() {
        let listed = crate::Weft::command();
        let built = Command::define_all(crate::Weft::command());
        for command in listed.get_subcommands() {
            let full = built.find_subcommand(command.get_name()).unwrap();
            let about = |command: &clap::Command| command.get_about().map(ToString::to_string);
            assert_eq!(about(command), about(full), "{}", command.get_name());
        }
    }
}
