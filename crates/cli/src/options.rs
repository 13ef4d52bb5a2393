//! Options of the engine that several commands take, and what they mean.

use weft::{Config, Engine, LogLevel, Result};

use crate::exit::{usage, with_hint};
use crate::log;

/// What was typed.
#[derive(clap::Args, Clone, Debug, Default)]
#[command(next_help_heading = "Engine options")]
pub(crate) struct EngineOptions {
    /// Switch proposals on or off: `-W wide-arithmetic`, `-W threads=n,simd=n`; `-W help` lists them
    #[arg(
        short = 'W',
        long = "wasm",
        id = "wasm",
        value_name = "FEATURE[=y|n],..",
        value_delimiter = ','
    )]
    wasm: Vec<String>,

    #[arg(skip)]
    all_features: bool,
}

impl EngineOptions {
    /// The same with every proposal on that -W does not switch off.
    pub(crate) fn with_all_features(mut self) -> Self {
        self.all_features = true;
        self
    }

    /// The same after a list of features in the form of wasm-tools: `a` switches on, `-a` off, and the name of a version of
    /// the specification begins anew with what belongs to it.
    pub(crate) fn with_feature_list(mut self, list: &[String]) -> Self {
        for entry in list {
            match (version(entry), entry.strip_prefix('-')) {
                (Some(features), _) => {
                    self.wasm.push("all=n".to_string());
                    let features = features.concat();
                    self.wasm.extend(features.into_iter().map(String::from));
                }
                (None, Some(off)) => self.wasm.push(format!("{off}=n")),
                (None, None) => self.wasm.push(entry.clone()),
            }
        }
        self
    }

    /// Prints the features when `-W help` was given, and answers whether it was.
    ///
    /// # Errors
    /// When standard output cannot be written.
    pub(crate) fn print_help(&self) -> Result<bool> {
        let is_asked = self.wasm.iter().any(|flag| flag == "help");
        if is_asked {
            crate::exit::write_stdout(self.features_help()?.as_bytes())?;
        }
        Ok(is_asked)
    }

    /// Refuses a command line without the file that only `-W help` can do without.
    ///
    /// # Errors
    /// When `is_there` is false.
    pub(crate) fn require_file(&self, is_there: bool) -> Result<()> {
        match is_there {
            true => Ok(()),
            false => Err(usage("no FILE was given; `--help` shows the usage")),
        }
    }

    fn features_help(&self) -> Result<String> {
        let defaults = Engine::new(&self.default_config())?;
        let mut text =
            String::from("Features of WebAssembly, and whether they are on by default:\n");
        for name in Config::feature_names() {
            let on = match defaults.features().get(name) {
                Some(true) => "on",
                _ => "off",
            };
            text.push_str(&format!("  -W {name:<28}{on}\n"));
        }
        text.push_str("\n  -W all                         every feature\n");
        text.push_str("\nSwitch one off with `=n`: -W threads=n\n");
        Ok(text)
    }

    fn default_config(&self) -> Config {
        let mut config = Config::new();
        if self.all_features {
            config.wasm_all_features(true);
        }
        config
    }

    fn switch_features(&self, config: &mut Config) -> Result<()> {
        for flag in &self.wasm {
            let (name, value) = flag.split_once('=').unwrap_or((flag, "y"));
            let enabled = parse_switch(value)
                .ok_or_else(|| usage(format!("`-W {flag}`: `{value}` is neither y nor n")))?;
            match name {
                "all" => config.wasm_all_features(enabled),
                _ => config
                    .wasm_feature(name, enabled)
                    .map_err(|_| unknown_feature(name))?,
            };
        }
        Ok(())
    }

    /// The configuration of an engine with these options.
    ///
    /// # Errors
    /// When a feature is unknown.
    pub(crate) fn config(&self) -> Result<Config> {
        let mut config = self.default_config();
        self.switch_features(&mut config)?;
        // What the engine works around does not concern who did not ask for it.
        if log::is_on(log::Level::Info) {
            config.log(|level, message| match level {
                LogLevel::Warn => log::warn(format_args!("{message}")),
                LogLevel::Info => log::info(format_args!("{message}")),
            });
        }
        Ok(config)
    }

    /// An engine with these options.
    ///
    /// # Errors
    /// When a feature is unknown, or the machine is not supported.
    pub(crate) fn engine(&self) -> Result<Engine> {
        Engine::new(&self.config()?)
    }
}

/// What WebAssembly 1.0 has beyond its first release.
const WASM1: &[&str] = &["mutable-global"];
/// What WebAssembly 2.0 has beyond that.
const WASM2: &[&str] = &[
    "saturating-float-to-int",
    "sign-extension",
    "reference-types",
    "multi-value",
    "bulk-memory",
    "simd",
];
/// What WebAssembly 3.0 has beyond that.
const WASM3: &[&str] = &[
    "relaxed-simd",
    "tail-call",
    "multi-memory",
    "memory64",
    "extended-const",
    "function-references",
    "gc",
    "exceptions",
];

/// The features of a version of the specification.
fn version(name: &str) -> Option<Vec<&'static [&'static str]>> {
    Some(match name {
        "mvp" => vec![],
        "wasm1" => vec![WASM1],
        "wasm2" => vec![WASM1, WASM2],
        "wasm3" => vec![WASM1, WASM2, WASM3],
        _ => return None,
    })
}

fn parse_switch(value: &str) -> Option<bool> {
    match value {
        "y" | "yes" | "on" | "true" => Some(true),
        "n" | "no" | "off" | "false" => Some(false),
        _ => None,
    }
}

fn unknown_feature(name: &str) -> weft::Error {
    let error = usage(format!("there is no feature `{name}`"));
    let near = crate::suggest::nearest(name, Config::feature_names().iter().copied());
    with_hint(
        error,
        match near {
            Some(near) => format!("did you mean `-W {near}`? `-W help` lists all"),
            None => "`-W help` lists all".to_string(),
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn engine(flags: &[&str]) -> Result<Engine> {
        let wasm = flags.iter().map(|flag| (*flag).to_string()).collect();
        EngineOptions {
            wasm,
            ..EngineOptions::default()
        }
        .engine()
    }

    #[test]
    fn features_are_switched_in_order() {
        let set = engine(&["wide-arithmetic", "threads=n"]).unwrap();
        assert_eq!(set.features().get("wide-arithmetic"), Some(true));
        assert_eq!(set.features().get("threads"), Some(false));
        let set = engine(&["all=n", "simd=y"]).unwrap();
        assert_eq!(set.features().get("simd"), Some(true));
        assert_eq!(set.features().get("multi-value"), Some(false));
    }

    #[test]
    fn a_list_of_features_switches_them() {
        let list = ["wasm2", "threads", "-simd"].map(String::from);
        let engine = EngineOptions::default().with_feature_list(&list).engine();
        let features = *engine.unwrap().features();
        let is_on = |name| features.get(name).unwrap();
        assert!(is_on("multi-value") && is_on("threads"));
        assert!(!is_on("simd") && !is_on("gc"));
    }

    #[test]
    fn slips_are_errors() {
        assert!(engine(&["sind"]).is_err());
        assert!(engine(&["simd=maybe"]).is_err());
    }
}
