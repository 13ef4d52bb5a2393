//! `weft cache`: what compiled code is kept on disk, and how to be rid of it.

use weft::{Cache, CacheConfig, Result};

use crate::units::show_size;

/// Show or clear the cache of compiled code
#[derive(clap::Args, Debug)]
#[command(after_help = "\
`weft run` keeps the code it has compiled, so that the next run starts at once. The cache is
bounded: the code that was not used for longest goes first. `weft run --no-cache` neither
reads nor writes it.

Examples:
  weft cache info
  weft cache clear")]
pub(crate) struct Opts {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand, Debug)]
enum Command {
    /// Show where the cache is, how much is in it and how much it may hold
    Info,
    /// Remove everything from the cache
    Clear,
}

impl Opts {
    pub(crate) fn run(self) -> Result<i32> {
        let config = CacheConfig::user_default()?;
        let text = match self.command {
            Command::Info => info(&config)?,
            Command::Clear => clear(&config)?,
        };
        crate::exit::write_stdout(text.as_bytes())?;
        Ok(0)
    }
}

fn info(config: &CacheConfig) -> Result<String> {
    let info = Cache::open(config)?.info()?;
    Ok(format!(
        "directory: {}\nmodules:   {}\nsize:      {} of at most {}\n",
        config.directory().display(),
        info.entries,
        show_size(info.bytes),
        show_size(CacheConfig::DEFAULT_MAX_BYTES),
    ))
}

fn clear(config: &CacheConfig) -> Result<String> {
    let was = Cache::open(config)?.clear()?;
    Ok(format!(
        "removed {} {}, {}\n",
        was.entries,
        if was.entries == 1 {
            "module"
        } else {
            "modules"
        },
        show_size(was.bytes),
    ))
}
