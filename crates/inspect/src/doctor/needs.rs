//! [`Need`]: what a module imports, and who gives it that.

use std::collections::BTreeMap;

use serde::Serialize;
use wasmparser::{BinaryReader, ComponentImportSectionReader};

use super::{Kind, Marks};
use crate::Sections;
use crate::interface::External;

/// What is imported from one module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Need {
    /// The module it is imported from. Like all text of a module it may be hostile.
    pub module: String,
    /// What is imported, in order.
    pub names: Vec<String>,
    /// Who gives it.
    pub provider: Provider,
    /// Those of `names` that the provider is not known to have.
    pub unknown: Vec<String>,
}

/// Who gives a module what it imports.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Provider {
    /// `weft run`, as every host of WASI preview 1.
    Wasi,
    /// `weft run`, as hosts of wasi-threads.
    WasiThreads,
    /// The JavaScript that was made together with the module.
    Glue,
    /// `wasm_exec.js` of the Go distribution.
    GoGlue,
    /// The linker, from other object files.
    Linker,
    /// The main module that it is linked with.
    MainModule,
    /// The JavaScript engine itself: builtins for strings.
    Engine,
    /// A host of components.
    ComponentHost,
    /// Nobody who is known: whoever runs it has to say.
    Embedder,
}

/// What is imported, by module, in the order in which they are met.
pub(super) fn of(marks: &Marks<'_>, kind: Option<Kind>) -> Vec<Need> {
    let mut places: BTreeMap<(&str, Provider), usize> = BTreeMap::new();
    let starts_threads = |import: &External| import.module.as_deref() == Some("wasi");
    let has_threads = marks.interface.imports.iter().any(starts_threads);
    let mut needs: Vec<Need> = Vec::new();
    for import in &marks.interface.imports {
        let module = import.module.as_deref().unwrap_or("");
        let provider = match import.kind {
            // The memory that all threads share.
            "memory" if has_threads => Provider::WasiThreads,
            _ => provider(module, kind),
        };
        let place = *places.entry((module, provider)).or_insert(needs.len());
        if place == needs.len() {
            needs.push(Need {
                module: module.to_string(),
                names: Vec::new(),
                provider,
                unknown: Vec::new(),
            });
        }
        let need = &mut needs[place];
        need.names.push(import.name.clone());
        if import.kind == "function" && !is_known(need.provider, &import.name) {
            need.unknown.push(import.name.clone());
        }
    }
    needs
}

/// The id of a component's section of imports.
const COMPONENT_IMPORT: u8 = 10;

/// What a component imports: interfaces such as `wasi:http/types@0.2.0`, by their package, `wasi:http`; what has no package,
/// by itself.
pub(super) fn of_component(wasm: &[u8], sections: &Sections) -> Vec<Need> {
    let imports = sections
        .list
        .iter()
        .filter(|section| section.id == COMPONENT_IMPORT);
    let imports = imports.flat_map(|section| {
        let reader = BinaryReader::new(&wasm[section.contents.clone()], 0);
        let imports = ComponentImportSectionReader::new(reader);
        imports.into_iter().flatten().map_while(Result::ok)
    });
    let mut needs: Vec<Need> = Vec::new();
    for import in imports {
        let name = import.name.name;
        let (package, interface) = name.split_once('/').unwrap_or((name, name));
        match needs.iter_mut().find(|need| need.module == package) {
            Some(need) => need.names.push(interface.to_string()),
            None => needs.push(Need {
                module: package.to_string(),
                names: vec![interface.to_string()],
                provider: Provider::ComponentHost,
                unknown: Vec::new(),
            }),
        }
    }
    needs
}

fn provider(module: &str, kind: Option<Kind>) -> Provider {
    match (module, kind) {
        (_, Some(Kind::Object)) => Provider::Linker,
        ("wasi_snapshot_preview1" | "wasi_unstable", _) if !has_own_wasi(kind) => Provider::Wasi,
        ("wasi", _) => Provider::WasiThreads,
        ("wasm:js-string", _) => Provider::Engine,
        ("gojs" | "go", Some(Kind::Go)) => Provider::GoGlue,
        (_, Some(Kind::SideModule)) => Provider::MainModule,
        (_, Some(Kind::CoreOfComponent | Kind::Component)) => Provider::ComponentHost,
        (
            _,
            Some(
                Kind::WasmBindgen
                | Kind::DotNet
                | Kind::Dart
                | Kind::Emscripten
                | Kind::AssemblyScript
                | Kind::NodeApi,
            ),
        ) => Provider::Glue,
        _ => Provider::Embedder,
    }
}

/// Whether the JavaScript of such a module brings its own WASI.
fn has_own_wasi(kind: Option<Kind>) -> bool {
    matches!(kind, Some(Kind::Emscripten | Kind::DotNet))
}

fn is_known(provider: Provider, name: &str) -> bool {
    match provider {
        Provider::Wasi => PREVIEW_1.contains(&name),
        Provider::WasiThreads => name == "thread-spawn",
        _ => true,
    }
}

/// The functions of WASI preview 1.
const PREVIEW_1: [&str; 46] = [
    "args_get",
    "args_sizes_get",
    "clock_res_get",
    "clock_time_get",
    "environ_get",
    "environ_sizes_get",
    "fd_advise",
    "fd_allocate",
    "fd_close",
    "fd_datasync",
    "fd_fdstat_get",
    "fd_fdstat_set_flags",
    "fd_fdstat_set_rights",
    "fd_filestat_get",
    "fd_filestat_set_size",
    "fd_filestat_set_times",
    "fd_pread",
    "fd_prestat_dir_name",
    "fd_prestat_get",
    "fd_pwrite",
    "fd_read",
    "fd_readdir",
    "fd_renumber",
    "fd_seek",
    "fd_sync",
    "fd_tell",
    "fd_write",
    "path_create_directory",
    "path_filestat_get",
    "path_filestat_set_times",
    "path_link",
    "path_open",
    "path_readlink",
    "path_remove_directory",
    "path_rename",
    "path_symlink",
    "path_unlink_file",
    "poll_oneoff",
    "proc_exit",
    "proc_raise",
    "random_get",
    "sched_yield",
    "sock_accept",
    "sock_recv",
    "sock_send",
    "sock_shutdown",
];
