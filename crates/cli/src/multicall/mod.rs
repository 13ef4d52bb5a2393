//! The program under the names of other tools, which a link or a copy gives it.
//!
//! Each takes that tool's usual flags and does what the tool does to files, so that it can stand in for it in a build. What
//! is printed for people is laid out our way.

mod wasm2wat;
mod wasm_objdump;
mod wasm_strip;
mod wasm_validate;
mod wat2wasm;

use std::ffi::OsString;
use std::path::Path;

use clap::{ArgAction, Parser};
use weft::{Config, Engine, Result};

use crate::exit;

/// What the program is called by, when it is another tool's name.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) enum Tool {
    Wat2Wasm,
    Wasm2Wat,
    WasmObjdump,
    WasmValidate,
    WasmStrip,
}

impl Tool {
    /// The tool that a program started as `argv0` is to be.
    pub(crate) fn called(argv0: &OsString) -> Option<Self> {
        Some(match Path::new(argv0).file_stem()?.to_str()? {
            "wat2wasm" => Self::Wat2Wasm,
            "wasm2wat" => Self::Wasm2Wat,
            "wasm-objdump" => Self::WasmObjdump,
            "wasm-validate" => Self::WasmValidate,
            "wasm-strip" => Self::WasmStrip,
            _ => return None,
        })
    }

    /// Does what the tool does, and answers the exit code: whatever is wrong, the command line too, these tools answer 1.
    pub(crate) fn run(self, args: Vec<OsString>) -> i32 {
        match self.try_run(args) {
            Ok(code) => code,
            Err(Failure::Usage(error)) => exit::ERROR.min(crate::reject(&error)),
            Err(Failure::Error(error)) => {
                exit::print(&error);
                exit::ERROR
            }
        }
    }

    fn try_run(self, args: Vec<OsString>) -> Result<i32, Failure> {
        let (features, args) = Features::split_off(args);
        match self {
            Self::Wat2Wasm => wat2wasm::Opts::try_parse_from(args)?.run(&features),
            Self::Wasm2Wat => wasm2wat::Opts::try_parse_from(args)?.run(),
            Self::WasmObjdump => wasm_objdump::Opts::try_parse_from(args)?.run(),
            Self::WasmValidate => wasm_validate::Opts::try_parse_from(args)?.run(&features),
            Self::WasmStrip => wasm_strip::Opts::try_parse_from(args)?.run(),
        }
        .map_err(Failure::Error)
    }
}

/// Why a tool has not done its work.
enum Failure {
    /// The command line is wrong, or asks for help.
    Usage(clap::Error),
    /// Anything else.
    Error(weft::Error),
}

impl From<clap::Error> for Failure {
    fn from(error: clap::Error) -> Self {
        Self::Usage(error)
    }
}

/// What the flags `--enable-FEATURE` and `--disable-FEATURE` say. Everything is on that is not switched off.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Features {
    off: Vec<String>,
}

impl Features {
    /// Takes the flags for features out of a command line. A feature that is not known is one that we need no switch for.
    fn split_off(args: Vec<OsString>) -> (Self, Vec<OsString>) {
        let mut features = Self::default();
        let mut others = Vec::new();
        for arg in args {
            let text = arg.to_str().unwrap_or("");
            match text.strip_prefix("--disable-") {
                Some(feature) => features.off.push(feature.to_string()),
                None if text.starts_with("--enable-") => {}
                None => others.push(arg),
            }
        }
        (features, others)
    }

    fn engine(&self) -> Result<Engine> {
        let mut config = Config::new();
        config.wasm_all_features(true);
        for feature in &self.off {
            // A feature that cannot be switched off is part of every module.
            let _ = config.wasm_feature(feature, false);
        }
        Engine::new(&config)
    }
}

/// Flags that all of these tools have and that change nothing here.
#[derive(clap::Args, Debug)]
struct Common {
    /// Accepted for compatibility: there is nothing more to say
    #[arg(short, long, action = ArgAction::Count)]
    verbose: u8,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_name_tells_the_tool() {
        assert_eq!(
            Tool::called(&"/usr/bin/wat2wasm".into()),
            Some(Tool::Wat2Wasm)
        );
        assert_eq!(Tool::called(&"wasm-strip".into()), Some(Tool::WasmStrip));
        assert_eq!(Tool::called(&"weft".into()), None);
        assert_eq!(Tool::called(&"".into()), None);
    }

    #[test]
    fn the_definitions_are_consistent() {
        wat2wasm::Opts::command().debug_assert();
        wasm2wat::Opts::command().debug_assert();
        wasm_objdump::Opts::command().debug_assert();
        wasm_validate::Opts::command().debug_assert();
        wasm_strip::Opts::command().debug_assert();
    }

    #[test]
    fn features_are_taken_out() {
        let args = ["wat2wasm", "--enable-gc", "a.wat", "--disable-simd"].map(OsString::from);
        let (features, others) = Features::split_off(args.to_vec());
        assert_eq!(features.off, ["simd"]);
        assert_eq!(others, ["wat2wasm", "a.wat"]);
        assert_eq!(
            features.engine().unwrap().features().get("simd"),
            Some(false)
        );
    }
}
