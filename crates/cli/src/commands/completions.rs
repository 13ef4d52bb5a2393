//! `weft completions`: what a shell needs to complete command lines.

use clap::CommandFactory;
use clap_complete::Shell;
use weft::Result;

/// Print a completion script for a shell
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  weft completions bash > ~/.local/share/bash-completion/completions/weft
  weft completions zsh > ~/.zfunc/_weft
  weft completions fish > ~/.config/fish/completions/weft.fish")]
pub(crate) struct Opts {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

impl Opts {
    pub(crate) fn run(self) -> Result<i32> {
        let mut script = Vec::new();
        let mut weft = super::Command::define_all(crate::Weft::command());
        clap_complete::generate(self.shell, &mut weft, "weft", &mut script);
        crate::exit::write_stdout(&script)?;
        Ok(0)
    }
}
