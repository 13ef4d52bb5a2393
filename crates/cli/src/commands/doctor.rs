//! `weft doctor`: what a module is, what it needs, and how to run it.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;
use weft::{Features, Result, format_err};
use weft_inspect::doctor::{Diagnosis, ENGINES, Kind, Need, Provider, SOURCE};
use weft_inspect::{Harmless, Sections, harmless_text};

use crate::exit::{self, with_hint};
use crate::http_get::{self, Response};
use crate::input::Source;
use crate::json;
use crate::output::Output;
use crate::styles::Styles;

/// Say what kind of module this is, what it needs and who has it, and how to run it
#[derive(clap::Args, Debug)]
#[command(after_help = "\
A folder is searched for modules. Of a URL, what the server says about it is looked at, too: the
MIME type that streaming needs, and the headers that pages need for threads. Which engines have a
feature is what the WebAssembly project's table says. SSL_CERT_FILE names the certificates to trust
for https, if not those that browsers trust. Exit code 1 if something is wrong with the module or with
how it is served.

Examples:
  weft doctor app.wasm
  weft doctor node_modules/sql.js
  weft doctor http://localhost:8080/app.wasm
  weft doctor --json app.wasm | jq '.[0].diagnosis.features[].feature'")]
pub(crate) struct Opts {
    /// A module or component, a folder that holds some, or a URL; standard input if not given
    #[arg(
        value_name = "FILE|DIR|URL",
        default_value = "-",
        hide_default_value = true
    )]
    target: OsString,

    /// Write JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    output: Output,
}

/// What is known of one file.
#[derive(Serialize)]
struct Report {
    name: String,
    bytes: usize,
    diagnosis: Diagnosis,
    /// The JavaScript that belongs to it, and whether it is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    glue: Option<Glue>,
    /// What is wrong with how it is served.
    #[serde(skip_serializing_if = "Option::is_none")]
    served: Option<Vec<String>>,
    /// How to run it.
    advice: Vec<String>,
}

#[derive(Serialize)]
struct Glue {
    name: String,
    is_there: bool,
    /// Whether it is made for Node, too, which it then wants to be in.
    knows_node: bool,
}

impl Opts {
    pub(crate) fn run(self) -> Result<i32> {
        let reports = self.reports()?;
        let is_well = |report: &Report| {
            report.diagnosis.fault.is_none() && report.served.as_ref().is_none_or(Vec::is_empty)
        };
        let code = match reports.iter().all(is_well) {
            true => 0,
            false => exit::ERROR,
        };
        self.output.write_text(|out| match self.json {
            true => json::write(out, &reports),
            false => write_reports(out, &reports, self.output.styles()),
        })?;
        Ok(code)
    }

    fn reports(&self) -> Result<Vec<Report>> {
        let path = Path::new(&self.target);
        if let Some(url) = self.target.to_str().filter(|text| text.contains("://")) {
            return Ok(vec![of_url(url)?]);
        }
        if path.is_dir() {
            let mut files = Vec::new();
            modules_in(path, &mut files, MAX_DEPTH);
            return match files.is_empty() {
                true => Err(format_err!(
                    "there is no .wasm file in `{}`",
                    path.display()
                )),
                false => files.iter().map(|file| of_file(file.as_os_str())).collect(),
            };
        }
        Ok(vec![of_file(&self.target)?])
    }
}

/// How deep folders are searched: packages lie in packages.
const MAX_DEPTH: usize = 12;

/// The .wasm files in a folder, in order. Links are not followed: they may go in circles.
fn modules_in(folder: &Path, files: &mut Vec<PathBuf>, depth: usize) {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let mut entries: Vec<_> = entries.filter_map(io::Result::ok).collect();
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        match entry.file_type() {
            Ok(ty) if ty.is_dir() && depth > 0 => modules_in(&path, files, depth - 1),
            Ok(ty) if ty.is_file() && path.extension().is_some_and(|end| end == "wasm") => {
                files.push(path);
            }
            _ => {}
        }
    }
}

fn of_file(arg: &std::ffi::OsStr) -> Result<Report> {
    let source = Source::new(arg);
    let wasm = source.read_binary()?;
    Ok(Report::new(source.program_name(), &wasm, source.path()))
}

fn of_url(url: &str) -> Result<Report> {
    let response = http_get::get(url)?;
    if Sections::read(&response.body).layer.is_none() {
        return Err(with_hint(
            format_err!(
                "`{}` answers {} with no module: its type is {}",
                Harmless(url),
                response.status,
                Harmless(&content_type(&response))
            ),
            "give the URL of the module itself",
        ));
    }
    let mut report = Report::new(url.to_string(), &response.body, None);
    report.served = Some(served(&response, report.diagnosis.has_shared_memory));
    Ok(report)
}

/// What is wrong with how a module is served.
fn served(response: &Response, has_shared_memory: bool) -> Vec<String> {
    let mut wrong = Vec::new();
    if response.status != 200 {
        wrong.push(format!(
            "the status is {}: streaming wants 200",
            response.status
        ));
    }
    let ty = content_type(response);
    if !ty.eq_ignore_ascii_case("application/wasm") {
        wrong.push(format!(
            "the MIME type is {}: instantiateStreaming() wants `application/wasm` and nothing after it",
            Harmless(&ty)
        ));
    }
    if has_shared_memory {
        let isolation = [
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-embedder-policy", "require-corp"),
        ];
        for (name, value) in isolation {
            let given = response.header(name);
            let given = given.as_deref();
            let also = name.ends_with("embedder-policy") && given == Some("credentialless");
            if given != Some(value) && !also {
                wrong.push(format!(
                    "`{name}: {value}` is missing: pages from here get shared memory only with it"
                ));
            }
        }
    }
    wrong
}

/// The MIME type of what was answered, as it is shown.
fn content_type(response: &Response) -> String {
    let given = response.header("content-type");
    given
        .filter(|ty| !ty.is_empty())
        .unwrap_or_else(|| "not given".to_string())
}

impl Report {
    fn new(name: String, wasm: &[u8], path: Option<&Path>) -> Self {
        let diagnosis = Diagnosis::new(wasm);
        let glue = diagnosis.kind.and_then(|kind| glue(kind, path?));
        Self {
            bytes: wasm.len(),
            advice: advice(&name, &diagnosis, glue.as_ref()),
            name,
            diagnosis,
            glue,
            served: None,
        }
    }
}

/// The JavaScript that belongs to a module: the first of the usual names that is beside it, else the most usual one.
fn glue(kind: Kind, path: &Path) -> Option<Glue> {
    let stem = path.file_stem()?.to_str()?;
    let own = stem.strip_suffix("_bg").unwrap_or(stem);
    let names = match kind {
        Kind::WasmBindgen => vec![
            format!("{own}.js"),
            format!("{own}.mjs"),
            format!("{own}_bg.js"),
        ],
        Kind::Emscripten => ["js", "mjs", "cjs"]
            .map(|end| format!("{stem}.{end}"))
            .to_vec(),
        Kind::AssemblyScript => vec![format!("{stem}.js")],
        Kind::Dart => vec![format!("{stem}.mjs")],
        Kind::Go => vec!["wasm_exec.js".to_string()],
        Kind::DotNet => vec!["dotnet.js".to_string()],
        _ => return None,
    };
    let found = names
        .iter()
        .find(|name| path.with_file_name(name).is_file());
    Some(Glue {
        is_there: found.is_some(),
        knows_node: found.is_some_and(|name| knows_node(&path.with_file_name(name))),
        name: found.unwrap_or(&names[0]).clone(),
    })
}

/// Whether a script asks for what Node alone has.
fn knows_node(script: &Path) -> bool {
    let text = std::fs::read(script).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let words = ["require(", "module.exports", "node:", "process.versions"];
    words.iter().any(|word| text.contains(word))
}

/// How to run a module, in sentences and commands; commands are indented.
fn advice(name: &str, diagnosis: &Diagnosis, glue: Option<&Glue>) -> Vec<String> {
    let file = match name {
        "-" => name.to_string(),
        _ => shell_word(name),
    };
    let run = |options: &str| {
        let options = format!("{}{options}", switches(diagnosis));
        match name.contains("://") {
            true => format!("  curl -s {file} | weft run {options}-"),
            false => format!("  weft {options}{file}"),
        }
    };
    if diagnosis.fault.is_some() {
        return vec!["It cannot be run as it is. `weft inspect` shows what there is of it.".into()];
    }
    let missing: Vec<&Need> = diagnosis
        .needs
        .iter()
        .filter(|need| need.provider == Provider::Embedder)
        .collect();
    let call = diagnosis
        .functions
        .iter()
        .find(|name| !name.starts_with('_') && is_plain(name));
    match diagnosis.kind {
        None => Vec::new(),
        Some(Kind::Component | Kind::CoreOfComponent) => vec![
            "Weft runs core modules and has no component model. Compile the program for wasm32-wasip1 instead.".into(),
        ],
        Some(Kind::Object) => vec!["It is linked with others first, by wasm-ld.".into()],
        Some(Kind::SideModule) => vec!["It is loaded by its main module: run that.".into()],
        Some(Kind::BeforeWasmBindgen) => vec![
            "It has to go through wasm-bindgen first:".into(),
            format!("  wasm-bindgen --target web --out-dir pkg {file}"),
        ],
        Some(Kind::Go) if let Some(runner) = beside(name, "wasm_exec_node.js") => {
            vec![format!("  weft {} {file}", shell_word(&runner))]
        }
        Some(Kind::WasmBindgen | Kind::Emscripten | Kind::Go | Kind::DotNet | Kind::Dart | Kind::NodeApi) => with_glue(glue),
        Some(Kind::AssemblyScript) if !diagnosis.needs.is_empty() => with_glue(glue),
        Some(_) if !missing.is_empty() => preload(&missing, run),
        Some(Kind::WasiCommand) => vec![run("")],
        Some(Kind::WasiReactor | Kind::Bare | Kind::AssemblyScript) => match call {
            Some(function) => vec![run(&format!("--invoke {function} "))],
            None => vec!["It exports no function that could be called.".into()],
        },
    }
}

/// The path of the file `other` beside the module `name`, if it is there.
fn beside(name: &str, other: &str) -> Option<String> {
    let path = Path::new(name).with_file_name(other);
    path.is_file().then(|| path.display().to_string())
}

fn with_glue(glue: Option<&Glue>) -> Vec<String> {
    match glue {
        Some(Glue {
            name,
            is_there: true,
            knows_node,
        }) => vec![
            format!(
                "It is used through {}, which is beside it. A script that imports that runs with:",
                Harmless(name)
            ),
            match knows_node {
                true => "  weft run --as node SCRIPT.mjs".into(),
                false => "  weft SCRIPT.mjs".into(),
            },
        ],
        Some(Glue { name, .. }) => vec![format!(
            "It is used through the JavaScript that was made with it, {} or the like, which is not beside it.",
            Harmless(name)
        )],
        None => vec!["It is used through the JavaScript that was made with it.".into()],
    }
}

fn preload(missing: &[&Need], run: impl Fn(&str) -> String) -> Vec<String> {
    let modules = missing.iter().map(|need| &need.module);
    let given: Vec<String> = modules
        .map(|module| format!("--preload {}=FILE ", shell_word(module)))
        .collect();
    vec![
        "It wants functions that only its embedder knows; give modules that export them:".into(),
        run(&given.concat()),
    ]
}

/// What switches on the features that a module uses and that are off unless asked for.
fn switches(diagnosis: &Diagnosis) -> String {
    let used = diagnosis.features.iter().map(|used| used.feature);
    let is_off = |feature: &&str| Features::default().get(feature) == Some(false);
    used.filter(is_off)
        .map(|feature| format!("-W {feature} "))
        .collect()
}

/// Text as one word of a shell's command line, harmless to show.
fn shell_word(text: &str) -> String {
    let text = Harmless(text).to_string();
    match is_plain(&text) {
        true => text,
        false => format!("'{}'", text.replace('\'', "'\\''")),
    }
}

fn is_plain(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./:".contains(c);
    !text.is_empty() && !text.starts_with('-') && text.chars().all(is_plain)
}

fn write_reports(out: &mut dyn io::Write, reports: &[Report], styles: Styles) -> io::Result<()> {
    for (number, report) in reports.iter().enumerate() {
        if number > 0 {
            writeln!(out)?;
        }
        write_report(out, report, styles)?;
    }
    Ok(())
}

fn write_report(out: &mut dyn io::Write, report: &Report, styles: Styles) -> io::Result<()> {
    let Styles {
        heading,
        fault: wrong_style,
        ..
    } = styles;
    let diagnosis = &report.diagnosis;
    writeln!(
        out,
        "{heading}{}{heading:#}: {}, {} bytes",
        match &*report.name {
            "-" => "standard input".to_string(),
            name => Harmless(name).to_string(),
        },
        what(diagnosis.kind),
        report.bytes
    )?;
    if !diagnosis.because.is_empty() {
        let because = diagnosis.because.join(" and ");
        writeln!(out, "  for {}", Harmless(&because))?;
    }
    if let Some(fault) = &diagnosis.fault {
        writeln!(
            out,
            "  {wrong_style}fault{wrong_style:#}: {}",
            harmless_text(&fault.to_string())
        )?;
    }
    for wrong in report.served.iter().flatten() {
        writeln!(out, "  {wrong_style}served wrong{wrong_style:#}: {wrong}")?;
    }
    write_needs(out, &diagnosis.needs, styles)?;
    write_features(out, diagnosis, styles)?;
    if !report.advice.is_empty() {
        writeln!(out, "\n{heading}to run it{heading:#}")?;
    }
    report
        .advice
        .iter()
        .try_for_each(|line| writeln!(out, "  {line}"))
}

fn what(kind: Option<Kind>) -> &'static str {
    match kind {
        None => "no module",
        Some(Kind::Component) => "a component",
        Some(Kind::CoreOfComponent) => "the core module of a component",
        Some(Kind::Object) => "an object file",
        Some(Kind::SideModule) => "a side module of Emscripten's",
        Some(Kind::WasmBindgen) => "a module of wasm-bindgen's",
        Some(Kind::BeforeWasmBindgen) => "a module that wasm-bindgen has to be run over",
        Some(Kind::Go) => "a Go program for JavaScript",
        Some(Kind::DotNet) => ".NET",
        Some(Kind::Dart) => "a Dart program",
        Some(Kind::NodeApi) => "an addon for Node (Node-API)",
        Some(Kind::AssemblyScript) => "a module of AssemblyScript's",
        Some(Kind::Emscripten) => "a module of Emscripten's",
        Some(Kind::WasiCommand) => "a program (WASI command)",
        Some(Kind::WasiReactor) => "a library (WASI reactor)",
        Some(Kind::Bare) => "a module by itself",
    }
}

fn write_needs(
    out: &mut dyn io::Write,
    needs: &[Need],
    Styles { heading, .. }: Styles,
) -> io::Result<()> {
    if needs.is_empty() {
        return writeln!(out, "\nit needs nothing");
    }
    writeln!(out, "\n{heading}it needs{heading:#}")?;
    for need in needs {
        let who = match need.provider {
            Provider::Wasi | Provider::WasiThreads => {
                "weft has them, as all hosts of WASI preview 1"
            }
            Provider::Glue => "its JavaScript has them",
            Provider::GoGlue => "Go's wasm_exec.js has them",
            Provider::Linker => "the linker has them from other object files",
            Provider::MainModule => "its main module has them",
            Provider::Engine => "JavaScript engines have them",
            Provider::ComponentHost => "hosts of components have them",
            Provider::Embedder => "its embedder has to give them",
        };
        let count = need.names.len();
        writeln!(out, "  {count:>5} of `{}`: {who}", Harmless(&need.module))?;
        if need.provider == Provider::Embedder {
            write_names(out, &need.names)?;
        }
        if !need.unknown.is_empty() {
            writeln!(out, "        but these are not known:")?;
            write_names(out, &need.unknown)?;
        }
    }
    Ok(())
}

/// Names that are shown of a need, at most.
const MAX_NAMES: usize = 8;

fn write_names(out: &mut dyn io::Write, names: &[String]) -> io::Result<()> {
    for name in names.iter().take(MAX_NAMES) {
        writeln!(out, "          {}", Harmless(name))?;
    }
    match names.len().saturating_sub(MAX_NAMES) {
        0 => Ok(()),
        more => writeln!(out, "          and {more} more"),
    }
}

fn write_features(
    out: &mut dyn io::Write,
    diagnosis: &Diagnosis,
    Styles { heading, .. }: Styles,
) -> io::Result<()> {
    if diagnosis.features.is_empty() {
        return Ok(());
    }
    let engines: Vec<String> = ENGINES.iter().map(|name| format!("{name:>9}")).collect();
    writeln!(
        out,
        "\n{heading}{:<26}{}{heading:#}",
        "it uses",
        engines.concat()
    )?;
    for used in &diagnosis.features {
        let since: Vec<String> = used
            .engines
            .iter()
            .map(|since| format!("{since:>9}"))
            .collect();
        writeln!(out, "  {:<24}{}", used.feature, since.concat())?;
    }
    writeln!(
        out,
        "  (since which version: {SOURCE}; weft has all of them)"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_for_the_shell() {
        assert_eq!(shell_word("a/b.wasm"), "a/b.wasm");
        assert_eq!(shell_word("my app.wasm"), "'my app.wasm'");
        assert_eq!(shell_word("it's"), "'it'\\''s'");
        assert_eq!(shell_word("-x"), "'-x'");
        assert_eq!(shell_word("\u{1b}[2J"), "'\\u{1b}[2J'");
    }
}
