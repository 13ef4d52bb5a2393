//! `weft explore`: a module as a page to look through in a browser.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use weft::{Config, Engine, Module, Result, format_err};
use weft_inspect::explorer::Explorer;
use weft_inspect::sections::CODE;
use weft_inspect::text::{GenerateDwarf, parse};
use weft_inspect::{Functions, Harmless, NativeInstruction, Sections, main_module};

use crate::disassembly::disassemble;
use crate::exit::{self, with_hint};
use crate::input::{Kind, Source};
use crate::output::Output;
use crate::source_text::SourceTree;

/// Make a page that shows a module's bytes, text, source and native code side by side
#[derive(clap::Args, Debug)]
#[command(after_help = "\
The page is one file that needs no network. It shows the sections, each function as text beside
its bytes, native code and source, what the bytes are for, who calls whom, and what is imported and exported;
everything leads to everything else. Of a component, the functions are those of its largest core module. A
damaged module is shown as far as it goes; exit code 1.

Native code is in the page if the module has at most 2 MiB of code; of larger ones, name the
functions that should have it. The text of source files is in the page only if it lies below --source: a module may
name any file of yours, and pages are passed on.

Examples:
  weft explore app.wasm                           makes app.explore.html
  weft explore --open app.wasm                    and shows it
  weft explore --source . target/app.wasm         with the source files from here
  weft explore --function main big.wasm -o big.html")]
pub(crate) struct Opts {
    /// The module or component, .wasm or .wat; standard input if not given
    #[arg(value_name = "FILE", default_value = "-", hide_default_value = true)]
    file: OsString,

    /// Where to write the page; FILE with the extension .explore.html if not given
    #[arg(short, long, value_name = "PAGE")]
    output: Option<PathBuf>,

    /// Show the page in the browser
    #[arg(long)]
    open: bool,

    /// Put the text of source files below DIR into the page
    #[arg(long, value_name = "DIR")]
    source: Option<PathBuf>,

    /// Show native code of this function alone, by its name or index; may be given again
    #[arg(short, long = "function", value_name = "NAME")]
    functions: Vec<String>,
}

/// How much code may be compiled without being asked for: about two seconds' worth.
const MAX_COMPILED: usize = 2 << 20;

impl Opts {
    pub(crate) fn run(self) -> Result<i32> {
        let source = Source::new(&self.file);
        let input = source.read_any()?;
        let text = (input.kind == Kind::Text).then(|| input.bytes.clone());
        let wasm = match &text {
            // Text is the source of the module that it makes.
            Some(text) => parse(text, source.path(), Some(GenerateDwarf::Lines))?,
            None => input.bytes,
        };
        let sources = SourceTree::new(self.source.as_deref())?;
        let sections = Sections::read(&wasm);
        let core = &wasm[main_module(&wasm)];
        let native = Native::new(core, &Sections::read(core), &self.functions)?;
        let name = match source.path().and_then(Path::file_name) {
            Some(name) => name.to_string_lossy().into_owned(),
            None => "standard input".to_string(),
        };
        let explorer = Explorer {
            name: &name,
            wasm: &wasm,
            native: &|index| native.code(index),
            source: &|file| match &text {
                Some(text) => Some(String::from_utf8_lossy(text).into_owned()),
                None => sources.read(file),
            },
        };
        let page = self.page(&source);
        Output::new(Some(page.clone())).write_text(|out| explorer.write(out))?;
        if self.open {
            open(&page)?;
        }
        let is_whole = sections.fault.is_none();
        Ok(if is_whole { 0 } else { exit::ERROR })
    }

    fn page(&self, source: &Source) -> PathBuf {
        match (&self.output, source.path()) {
            (Some(path), _) => path.clone(),
            (None, Some(path)) => Path::new(path.file_name().unwrap_or(path.as_os_str()))
                .with_extension("explore.html"),
            (None, None) => PathBuf::from("module.explore.html"),
        }
    }
}

fn open(page: &Path) -> Result<()> {
    let status = Command::new("xdg-open").arg(page).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        _ => Err(with_hint(
            format_err!("`{}` cannot be shown: xdg-open failed", page.display()),
            "open the page in a browser yourself",
        )),
    }
}

/// The engine's code for the functions that are to have it.
struct Native {
    module: Option<Module>,
    functions: Functions,
    /// The functions that were asked for; all of them if it is `None`.
    only: Option<Vec<u32>>,
}

impl Native {
    fn new(wasm: &[u8], sections: &Sections, asked: &[String]) -> Result<Self> {
        let functions = Functions::read(wasm, sections);
        let size = sections.by_id(CODE).map_or(0, |code| code.contents.len());
        let indices: Result<Vec<u32>> = asked
            .iter()
            .map(|name| index_of(&functions, name))
            .collect();
        let only = (!asked.is_empty() || size > MAX_COMPILED).then_some(indices?);
        let module = match &only {
            Some(functions) if functions.is_empty() => None,
            _ if functions.defined.is_empty() => None,
            only => module(wasm, only.is_none()),
        };
        Ok(Self {
            module,
            functions,
            only,
        })
    }

    fn code(&self, index: u32) -> Vec<NativeInstruction> {
        let is_asked = self.only.as_ref().is_none_or(|only| only.contains(&index));
        let module = self.module.as_ref().filter(|_| is_asked);
        let code = module.and_then(|module| module.native_code(index).ok());
        let name_of = |index| match self.functions.get(index) {
            Some(function) => Harmless(&function.shown()).to_string(),
            None => format!("function {index}"),
        };
        code.map_or(Vec::new(), |code| disassemble(code, name_of))
    }
}

fn index_of(functions: &Functions, name: &str) -> Result<u32> {
    let function = functions.find(name);
    let function = function.ok_or_else(|| {
        let known: Vec<String> = functions.iter().map(|f| f.shown()).collect();
        super::inspect::no_such("function", name, &known)
    })?;
    Ok(function.index)
}

/// The module, compiled if `all`; nothing, and a warning, if that cannot be.
fn module(wasm: &[u8], all: bool) -> Option<Module> {
    let compile = || -> Result<Module> {
        let mut config = Config::new();
        config.wasm_all_features(true);
        let module = Module::from_binary(&Engine::new(&config)?, wasm)?;
        if all {
            module.compile_all()?;
        }
        Ok(module)
    };
    match compile() {
        Ok(module) => Some(module),
        Err(error) => {
            crate::log::warn(format_args!("there is no native code to show: {error}"));
            None
        }
    }
}
