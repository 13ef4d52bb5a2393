//! `weft strip`: a module without what only people and debuggers need.

use std::ffi::OsString;

use weft::{Context as _, Result, format_err};
use weft_inspect::strip::{is_kept_by_default, strip};

use crate::input::Source;
use crate::output::Output;

/// Remove custom sections: debug information, names, producers
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Without --all or --delete, everything goes but names, `dylink.0` and `component-type` sections.
A `*` in a pattern stands for anything. Custom sections change nothing about what a module does,
but `dylink.0` and `linking` are needed to link it.

Examples:
  weft strip app.wasm -o small.wasm
  weft strip --all app.wasm -o smallest.wasm
  weft strip --delete '.debug_*' app.wasm -o app.wasm
  weft strip --all --keep name app.wasm -o app.wasm")]
pub(crate) struct Opts {
    /// The module or component, .wasm or .wat; standard input if not given
    #[arg(value_name = "FILE", default_value = "-", hide_default_value = true)]
    file: OsString,

    /// Remove all custom sections
    #[arg(short, long)]
    all: bool,

    /// Remove the custom sections of this name alone; may be given several times
    #[arg(short, long, value_name = "PATTERN", conflicts_with = "all")]
    delete: Vec<String>,

    /// Keep the custom sections of this name; may be given several times
    #[arg(short, long, value_name = "PATTERN")]
    keep: Vec<String>,

    #[command(flatten)]
    output: Output,
}

impl Opts {
    pub(crate) fn run(self) -> Result<i32> {
        let source = Source::new(&self.file);
        let wasm = source.read_binary()?;
        let stripped = strip(&wasm, &|name| self.removes(name));
        let stripped = stripped
            .map_err(|fault| format_err!("{fault}"))
            .with_context(|| format!("{source} is damaged"))?;
        self.output.write_binary(&stripped)?;
        Ok(0)
    }

    fn removes(&self, name: &str) -> bool {
        let is_in = |patterns: &[String]| patterns.iter().any(|pattern| matches(pattern, name));
        let is_meant = match (self.all, self.delete.is_empty()) {
            (true, _) => true,
            (false, true) => !is_kept_by_default(name),
            (false, false) => is_in(&self.delete),
        };
        is_meant && !is_in(&self.keep)
    }
}

/// Whether `name` is `pattern`, in which each `*` stands for anything.
fn matches(pattern: &str, name: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(after) = name.strip_prefix(start) else {
        return false;
    };
    let mut ends = after
        .char_indices()
        .map(|(index, _)| index)
        .chain([after.len()]);
    ends.any(|end| matches(rest, &after[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, name, expected) in [
            ("name", "name", true),
            ("name", "names", false),
            (".debug_*", ".debug_line", true),
            ("*", "", true),
            ("*line", ".debug_line", true),
            (".*_l*e", ".debug_line", true),
            (".*_x*e", ".debug_line", false),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }
}
