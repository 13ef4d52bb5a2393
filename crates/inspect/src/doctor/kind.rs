//! [`Kind`]: who made a module to be run by whom, from the marks that compilers leave.

use serde::Serialize;

use super::Marks;
use crate::Layer;
use crate::interface::External;

/// What a file was made to be.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A component.
    Component,
    /// The core module inside a component, taken out of it or not yet put into one.
    CoreOfComponent,
    /// An object file, to be linked with others.
    Object,
    /// A library of Emscripten's that is linked while the program runs.
    SideModule,
    /// What wasm-bindgen makes, to be used through its JavaScript.
    WasmBindgen,
    /// What wasm-bindgen has still to be run over.
    BeforeWasmBindgen,
    /// A Go program for JavaScript hosts.
    Go,
    /// The .NET runtime.
    DotNet,
    /// A Dart program (dart2wasm).
    Dart,
    /// An addon for Node, which wants the functions of Node-API.
    NodeApi,
    /// AssemblyScript.
    AssemblyScript,
    /// What Emscripten makes, to be used through its JavaScript.
    Emscripten,
    /// A program for WASI preview 1.
    WasiCommand,
    /// A library for WASI preview 1, which is initialised and then called.
    WasiReactor,
    /// None of these: a module by itself.
    Bare,
}

/// The kind of a file, and what tells it.
pub(super) fn of(marks: &Marks<'_>) -> (Option<Kind>, Vec<String>) {
    if marks.sections.layer == Some(Layer::Component) {
        return (
            Some(Kind::Component),
            vec!["its version field says so".to_string()],
        );
    }
    let rules: [(Kind, fn(&Marks<'_>) -> Vec<String>); 14] = [
        (Kind::Object, |marks| marks.custom("linking")),
        (Kind::BeforeWasmBindgen, before_wasm_bindgen),
        (Kind::WasmBindgen, wasm_bindgen),
        (Kind::SideModule, side_module),
        (Kind::Go, go),
        (Kind::DotNet, dot_net),
        (Kind::Dart, dart),
        (Kind::NodeApi, node_api),
        (Kind::AssemblyScript, assembly_script),
        (Kind::CoreOfComponent, core_of_component),
        (Kind::Emscripten, emscripten),
        (Kind::WasiCommand, wasi_command),
        (Kind::WasiReactor, wasi_reactor),
        (Kind::Bare, |_| {
            vec!["it has no mark of a toolchain".to_string()]
        }),
    ];
    let found = rules.into_iter().find_map(|(kind, rule)| {
        let because = rule(marks);
        (!because.is_empty()).then_some((Some(kind), because))
    });
    found.unwrap_or_default()
}

impl Marks<'_> {
    /// The first import that `is` true for, as a mark.
    fn imports(&self, is: impl Fn(&str, &str) -> bool) -> Vec<String> {
        let is = |item: &&External| is(item.module.as_deref().unwrap_or(""), &item.name);
        let found = self.interface.imports.iter().find(is);
        found
            .map(|item| {
                let module = item.module.as_deref().unwrap_or("");
                format!("it imports `{}` from `{module}`", item.name)
            })
            .into_iter()
            .collect()
    }

    /// The first export that `is` true for, as a mark.
    fn exports(&self, is: impl Fn(&str) -> bool) -> Vec<String> {
        let found = self.interface.exports.iter().find(|item| is(&item.name));
        let found = found.map(|item| format!("it exports `{}`", item.name));
        found.into_iter().collect()
    }

    fn custom(&self, name: &str) -> Vec<String> {
        let found = self.sections.custom(name).next();
        let found = found.map(|_| format!("it has the section `{name}`"));
        found.into_iter().collect()
    }

    fn made_by(&self, name: &str) -> Vec<String> {
        let mut producers = self.metadata.producers.values().flatten();
        let found = producers.find(|producer| producer.name == name);
        let found = found.map(|_| format!("its producers section names {name}"));
        found.into_iter().collect()
    }
}

/// The marks of both, if there are some of each.
fn both(mut first: Vec<String>, second: Vec<String>) -> Vec<String> {
    if first.is_empty() || second.is_empty() {
        return Vec::new();
    }
    first.extend(second);
    first
}

fn either(first: Vec<String>, second: impl FnOnce() -> Vec<String>) -> Vec<String> {
    match first.is_empty() {
        true => second(),
        false => first,
    }
}

fn before_wasm_bindgen(marks: &Marks<'_>) -> Vec<String> {
    marks.custom("__wasm_bindgen_unstable")
}

fn wasm_bindgen(marks: &Marks<'_>) -> Vec<String> {
    let is_name = |name: &str| name.starts_with("__wbg_") || name.starts_with("__wbindgen_");
    let imported = marks.imports(|_, name| is_name(name));
    either(imported, || {
        either(marks.exports(is_name), || marks.made_by("wasm-bindgen"))
    })
}

/// The program itself may be made to be linked with others, too: it has the allocator, which they import.
fn side_module(marks: &Marks<'_>) -> Vec<String> {
    let section = either(marks.custom("dylink.0"), || marks.custom("dylink"));
    let moved = marks.imports(|module, name| (module, name) == ("env", "__memory_base"));
    match marks.exports(|name| name == "malloc").is_empty() {
        true => both(section, moved),
        false => Vec::new(),
    }
}

fn go(marks: &Marks<'_>) -> Vec<String> {
    marks.imports(|module, name| {
        matches!(module, "gojs" | "go")
            && (name.starts_with("runtime.") || name.starts_with("syscall/js."))
    })
}

fn dot_net(marks: &Marks<'_>) -> Vec<String> {
    let is_mono = |name: &str| name.starts_with("mono_wasm_") || name.starts_with("SystemJS_");
    let imported = marks.imports(|module, name| module == "env" && is_mono(name));
    either(imported, || {
        let webcil = |name: &str| matches!(name, "webcilVersion" | "getWebcilPayload");
        marks.exports(|name| is_mono(name) || webcil(name))
    })
}

fn dart(marks: &Marks<'_>) -> Vec<String> {
    marks.imports(|module, _| module == "dart2wasm")
}

fn node_api(marks: &Marks<'_>) -> Vec<String> {
    marks.imports(|_, name| name.starts_with("napi_"))
}

/// The runtime's own exports; or its `abort`, which alone takes a message, a file, a line and a column.
fn assembly_script(marks: &Marks<'_>) -> Vec<String> {
    let runtime = both(
        marks.exports(|name| name == "__new"),
        marks.exports(|name| matches!(name, "__pin" | "__collect" | "__rtti_base")),
    );
    either(runtime, || {
        let is_abort = |item: &&External| {
            let name = (item.module.as_deref(), &*item.name);
            name == (Some("env"), "abort") && item.ty == "(func (param i32 i32 i32 i32))"
        };
        let found = marks.interface.imports.iter().find(is_abort);
        let found = found.map(|_| "it imports AssemblyScript's `abort`".to_string());
        found.into_iter().collect()
    })
}

fn core_of_component(marks: &Marks<'_>) -> Vec<String> {
    let is_interface = |name: &str| name.contains(':') && name.contains('/');
    let imported = marks.imports(|module, _| is_interface(module) || module == "$root");
    either(imported, || {
        let is_abi = |name: &str| name.starts_with("cabi_");
        either(
            marks.exports(|name| is_abi(name) || is_interface(name)),
            || {
                let types = marks
                    .sections
                    .list
                    .iter()
                    .filter_map(|section| section.name.as_deref());
                let types = types.filter(|name| name.starts_with("component-type"));
                let found = types.map(|name| format!("it has the section `{name}`"));
                found.take(1).collect()
            },
        )
    })
}

fn emscripten(marks: &Marks<'_>) -> Vec<String> {
    let is_name = |name: &str| {
        let starts = [
            "emscripten_",
            "_emscripten_",
            "__syscall_",
            "invoke_",
            "_embind_",
            "__cxa_throw",
            "_abort_js",
        ];
        starts.iter().any(|start| name.starts_with(start))
    };
    either(
        marks.imports(|module, name| module == "env" && is_name(name)),
        || minified(marks),
    )
}

/// Emscripten shortens all names when it optimises: everything comes from `a`, and each export has one or two letters.
fn minified(marks: &Marks<'_>) -> Vec<String> {
    let is_short = |name: &str| name.len() <= 3 || matches!(name, "memory" | "table");
    let imports = &marks.interface.imports;
    let is_from_a = |item: &External| item.module.as_deref() == Some("a") && is_short(&item.name);
    let is_named = |item: &External| is_short(&item.name);
    let is_minified = !imports.is_empty()
        && imports.iter().all(is_from_a)
        && !marks.interface.exports.is_empty()
        && marks.interface.exports.iter().all(is_named);
    match is_minified {
        true => {
            vec!["its imports and exports have the short names that Emscripten gives".to_string()]
        }
        false => Vec::new(),
    }
}

fn wasi(marks: &Marks<'_>) -> Vec<String> {
    marks.imports(|module, _| matches!(module, "wasi_snapshot_preview1" | "wasi_unstable"))
}

fn wasi_command(marks: &Marks<'_>) -> Vec<String> {
    let start = marks.exports(|name| name == "_start");
    match start.is_empty() {
        true => start,
        false => [start, wasi(marks)].concat(),
    }
}

fn wasi_reactor(marks: &Marks<'_>) -> Vec<String> {
    let initialize = marks.exports(|name| name == "_initialize");
    [initialize, wasi(marks)].concat()
}
