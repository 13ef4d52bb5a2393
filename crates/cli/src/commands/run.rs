//! `weft run`: runs a program or a script, or calls one function of a module.

mod script;

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use weft::{
    ArtifactError, CacheConfig, Caller, Context, Engine, Error, ExternType, Func, Instance, Linker,
    Module, ResourceError, Result, Store, Trap, Val, format_err,
};
use weft_wasi::threads::{self, Threads};
use weft_wasi::{Denied, DeniedReason, Exit, Permissions, WasiCtx, WasiCtxBuilder};

use crate::exit::{self, usage, with_hint};
use crate::host::limits::Budget;
use crate::host::{address_space, grants, signals, values};
use crate::input::{Kind, Source};
use crate::options::EngineOptions;
use crate::units::{parse_count, parse_duration, parse_size};
use crate::{log, suggest};

/// Run a program or a script, or call one function of a module
#[derive(clap::Args, Debug)]
#[command(
    override_usage = "weft run [OPTIONS] FILE [ARGS]...",
    after_help = "\
A guest sees nothing of this machine but what is granted here: no directory, no variable.
Options after FILE are the guest's own.

Exit codes: the guest's own; 134 after a trap or when a limit stopped it; 130 after Ctrl-C;
2 when the command line is wrong; 1 for every other error.

A script is a .js, .mjs or .cjs file of JavaScript with the WebAssembly namespace; its arguments are
`arguments`. It runs as in Node, with its arguments in `process.argv`, if it ends in .cjs, imports a
package or a module such as node:fs, calls require() outside of any function or condition, or belongs
to a package.json with a `type`; --as decides otherwise. It may use the files and the network that
you may, unless --allow-read, --allow-write and --deny-net narrow that. --timeout, --max-memory
(with as much again for JavaScript itself) and --max-stack hold for it and its workers. Its exit
code is that of quit(CODE) or process.exit(CODE), 1 after an exception that nobody caught, and
else 0.

A program may start threads (wasi-threads), up to 1024 at a time. The first end of any thread
is the program's, and limits hold for all of them together; a thread starts with half the fuel of
the one that started it, and with its own instances of the modules of --preload.

Examples:
  weft run hello.wasm
  weft run app.mjs one two
  weft run --dir . --env LANG sort.wasm in.txt out.txt
  weft run --dir data::/data:ro --timeout 2s --max-memory 64MiB untrusted.wasm
  weft run --invoke add math.wat 2 3
  weft run --preload util=util.wasm app.wasm
  curl -s https://example.org/a.wasm | weft run -"
)]
pub(crate) struct Opts {
    /// The module or script: a .wasm, .wat, .js, .mjs or .cjs file, `-` for standard input; then the guest's arguments
    #[arg(value_name = "FILE [ARGS]", trailing_var_arg = true)]
    pub(crate) file_and_args: Vec<OsString>,

    /// Call the export NAME with ARGS and print what it returns, instead of running the program
    #[arg(long, value_name = "NAME")]
    invoke: Option<String>,

    /// Let the guest use the directory HOST, called GUEST there; `:ro` for reading only
    #[arg(long, value_name = "HOST[::GUEST][:ro]", help_heading = "Grants")]
    dir: Vec<OsString>,

    /// Set a variable for the guest; without a value it takes the one it has here
    #[arg(long, value_name = "K[=V]", help_heading = "Grants")]
    env: Vec<OsString>,

    /// What a script finds itself in [default: what the file makes plain, else shell]
    #[arg(long = "as", value_name = "IDENTITY")]
    identity: Option<script::As>,

    /// Instantiate FILE first; modules after it import its exports from NAME
    #[arg(long, value_name = "NAME=FILE", help_heading = "Grants")]
    preload: Vec<OsString>,

    /// Let a script read these files and folders alone; without PATH none
    #[arg(long, value_name = "PATH,…", num_args = 0..=1, require_equals = true, value_delimiter = ',', help_heading = "Grants")]
    allow_read: Option<Vec<PathBuf>>,

    /// Let a script write these files and folders alone; without PATH none
    #[arg(long, value_name = "PATH,…", num_args = 0..=1, require_equals = true, value_delimiter = ',', help_heading = "Grants")]
    allow_write: Option<Vec<PathBuf>>,

    /// Keep a script from the network
    #[arg(long, help_heading = "Grants")]
    deny_net: bool,

    /// Stop the guest after this time, such as 500ms or 2s
    #[arg(long, value_name = "TIME", value_parser = parse_duration, help_heading = "Limits")]
    timeout: Option<Duration>,

    /// Stop the guest after about this many instructions
    #[arg(long, value_name = "N", value_parser = parse_count, help_heading = "Limits")]
    fuel: Option<u64>,

    /// What all memories, tables and objects may take together, such as 64MiB; growing beyond it fails
    #[arg(long, value_name = "SIZE", value_parser = parse_size, help_heading = "Limits")]
    max_memory: Option<u64>,

    /// How many bytes the guest may write to files, such as 1GiB
    #[arg(long, value_name = "SIZE", value_parser = parse_size, help_heading = "Limits")]
    max_disk: Option<u64>,

    /// The stack that each thread of the guest may use, such as 512KiB [default: 1MiB]
    #[arg(long, value_name = "SIZE", value_parser = parse_size, help_heading = "Limits")]
    max_stack: Option<u64>,

    #[command(flatten)]
    engine: EngineOptions,

    /// Neither read nor write the cache of compiled code
    #[arg(long, help_heading = "Engine options")]
    no_cache: bool,

    /// Run files that `weft compile` made: they hold native code, which nothing confines
    #[arg(long, help_heading = "Engine options")]
    allow_precompiled: bool,

    /// Say how long a script's Fetch, Compile, Instantiate and Call took
    #[arg(long)]
    timings: bool,

    /// Tell a profiler where the guest's functions are
    #[arg(long, value_name = "perfmap|jitdump", help_heading = "Engine options")]
    profile: Option<Profile>,
}

/// How a profiler is told about functions.
#[derive(clap::ValueEnum, Copy, Clone, Debug)]
enum Profile {
    /// `/tmp/perf-PID.map`, for `perf report` without more ado
    Perfmap,
    /// `jit-PID.dump`, for `perf inject --jit`
    Jitdump,
}

/// Threads that a guest may have at a time, beside its main one.
const MAX_THREADS: usize = 1024;

/// What the store holds for the host's side.
struct Host {
    wasi: WasiCtx,
    budget: Budget,
}

impl Host {
    /// The host's side of another thread of the same guest.
    fn for_thread(&self) -> Self {
        Self {
            wasi: self.wasi.for_thread(),
            budget: self.budget.share(),
        }
    }
}

/// A guest on its way to be run.
struct Program {
    opts: Opts,
    engine: Engine,
    linker: Linker<Host>,
    store: Store<Host>,
    preloads: Arc<[Preload]>,
}

/// A module of `--preload`. The cache is given what was compiled of it when it is dropped.
struct Preload {
    /// What modules after it import from.
    name: String,
    module: Module,
    /// As it was typed.
    typed: String,
}

impl Opts {
    pub(crate) fn run(self) -> Result<i32> {
        if self.engine.print_help()? {
            return Ok(0);
        }
        self.engine.require_file(!self.file_and_args.is_empty())?;
        signals::exit_on_interrupt();
        let source = Source::new(&self.file_and_args[0]);
        if let Some(path) = script::file(&source) {
            return script::run(&self, &self.engine()?, path);
        }
        self.refuse_what_is_for_scripts()?;
        let mut program = Program::new(self, &source)?;
        let module = program.load(&source)?;
        program.preloads = program.load_preloads()?;
        program.link_wasi(&module)?;
        let result = program.execute(&source, &module);
        let result = result.map_err(|error| program.explain(error));
        let ending = finish(result, || program.denied_hint());
        // The process ends, and gives everything back at once. What starts threads has the module, whose code is to be saved.
        if !threads::spawns(&module) {
            std::mem::forget(program.store);
        }
        ending
    }

    /// A module gets files by `--dir`, and no network.
    fn refuse_what_is_for_scripts(&self) -> Result<()> {
        let given = [
            ("--allow-read", self.allow_read.is_some()),
            ("--allow-write", self.allow_write.is_some()),
            ("--deny-net", self.deny_net),
            ("--timings", self.timings),
        ];
        match given.iter().find(|(_, is_given)| *is_given) {
            Some((name, _)) => Err(usage(format!("`{name}` is for scripts, not for modules"))),
            None => Ok(()),
        }
    }

    fn engine(&self) -> Result<Engine> {
        let mut config = self.engine.config()?;
        config
            .consume_fuel(self.fuel.is_some())
            .memory_dynamic(address_space::is_short());
        if let Some(bytes) = self.max_stack {
            config.max_wasm_stack(usize::try_from(bytes).unwrap_or(usize::MAX));
        }
        if !self.no_cache {
            match CacheConfig::user_default() {
                Ok(cache) => {
                    config.cache(Some(cache));
                }
                Err(error) => log::info(format_args!("no code cache: {error:#}")),
            }
        }
        match self.profile {
            None => {}
            Some(Profile::Perfmap) => {
                config.profiler(weft::ProfilingStrategy::PerfMap);
            }
            Some(Profile::Jitdump) => {
                config.profiler(weft::ProfilingStrategy::JitDump);
            }
        }
        Engine::new(&config)
    }

    fn wasi(&self, source: &Source) -> Result<WasiCtx> {
        let mut wasi = WasiCtxBuilder::new();
        wasi.inherit_stdio().arg(source.program_name());
        if self.invoke.is_none() {
            wasi.args(self.guest_args().iter().map(|arg| arg.as_encoded_bytes()));
        }
        for env in &self.env {
            let (name, value) = grants::parse_env(env)?;
            wasi.env(name, value);
        }
        for dir in &self.dir {
            grant_dir(&mut wasi, grants::parse_dir(dir)?)?;
        }
        if let Some(bytes) = self.max_disk {
            wasi.max_bytes_written(bytes);
        }
        Ok(wasi.build())
    }

    fn guest_args(&self) -> &[OsString] {
        &self.file_and_args[1..]
    }
}

fn grant_dir(wasi: &mut WasiCtxBuilder, dir: grants::Dir) -> Result<()> {
    let permissions = match dir.read_only {
        true => Permissions::READ_ONLY,
        false => Permissions::ALL,
    };
    match wasi.preopened_dir(&dir.host, dir.guest, permissions) {
        Ok(_) => Ok(()),
        Err(error) => Err(with_hint(
            format_err!("`--dir {}` cannot be opened: {error}", dir.host.display()),
            match dir.host.is_file() {
                true => "it is a file: name the directory that it is in",
                false => "make the directory first, or name another one",
            },
        )),
    }
}

impl Program {
    fn new(opts: Opts, source: &Source) -> Result<Self> {
        let engine = opts.engine()?;
        let host = Host {
            wasi: opts.wasi(source)?,
            budget: Budget::new(opts.max_memory),
        };
        let mut store = Store::try_new(&engine, host)?;
        if opts.max_memory.is_some() {
            store.limiter(|host| &mut host.budget);
        }
        if let Some(fuel) = opts.fuel {
            store.set_fuel(fuel)?;
        }
        if let Some(timeout) = opts.timeout {
            store.set_timeout(timeout);
        }
        Ok(Self {
            linker: Linker::new(&engine),
            opts,
            engine,
            store,
            preloads: Arc::default(),
        })
    }

    /// Reads and compiles, or loads what was compiled before.
    fn load(&self, source: &Source) -> Result<Module> {
        log::info(format_args!("loading {source}"));
        let start = Instant::now();
        let input = source.read()?;
        if input.kind == Kind::Precompiled && !self.opts.allow_precompiled {
            return Err(with_hint(
                format_err!(
                    "{source} is precompiled: it holds native code, which nothing confines"
                ),
                "if you trust where it comes from, give --allow-precompiled before it",
            ));
        }
        let module = match input.kind {
            Kind::Precompiled => self.load_precompiled(&input.bytes),
            _ => source.module(&self.engine, input),
        };
        let module = module.with_context(|| format!("{source} cannot be loaded"))?;
        log::debug(format_args!(
            "loaded in {:.1?}: {} of {} functions are compiled",
            start.elapsed(),
            module.compiled_count(),
            module.function_count(),
        ));
        Ok(module)
    }

    fn load_precompiled(&self, bytes: &[u8]) -> Result<Module> {
        // SAFETY: whoever gave --allow-precompiled vouches for the file.
        unsafe { Module::deserialize(&self.engine, bytes) }.map_err(|error| {
            match error.downcast_ref() {
                Some(ArtifactError::Settings { .. }) => with_hint(
                    error,
                    "run the module that it was made from: these options need other code",
                ),
                _ => with_hint(error, "compile the module again with `weft compile`"),
            }
        })
    }

    fn link_wasi(&mut self, module: &Module) -> Result<()> {
        let preloads = self.preloads.iter().map(|preload| &preload.module);
        let modules = preloads.chain([module]);
        weft_wasi::add_imports_to_linker(&mut self.linker, modules, |host: &mut Host| {
            &mut host.wasi
        })
    }

    fn load_preloads(&self) -> Result<Arc<[Preload]>> {
        let load = |typed: &OsString| {
            let (name, file) = grants::parse_preload(typed)?;
            Ok(Preload {
                name,
                module: self.load(&Source::new(&file))?,
                typed: typed.display().to_string(),
            })
        };
        self.opts.preload.iter().map(load).collect()
    }

    /// Instantiates the module and runs what was asked for.
    fn execute(&mut self, source: &Source, module: &Module) -> Result<()> {
        if threads::spawns(module) || self.lacks_memory(module) {
            return self.execute_threads(source, module);
        }
        preload(&self.preloads, &mut self.linker, &mut self.store)?;
        let instance = self.linker.instantiate(&mut self.store, module);
        let instance = instance.with_context(|| format!("{source} cannot be instantiated"))?;
        self.opts.execute(source, &mut self.store, instance)
    }

    /// Whether the module imports a shared memory that nothing defines, as one that may have threads does.
    fn lacks_memory(&self, module: &Module) -> bool {
        let defines = |from: &str, name: &str| {
            let mut preloads = self.preloads.iter();
            preloads
                .any(|preload| preload.name == from && preload.module.get_export(name).is_some())
        };
        threads::shared_memories(module).any(|(from, name, _)| !defines(from, name))
    }

    /// The same for a module whose instances are threads.
    fn execute_threads(&mut self, source: &Source, module: &Module) -> Result<()> {
        if let Some(preload) = self
            .preloads
            .iter()
            .find(|preload| preload.exports_shared())
        {
            return Err(with_hint(
                format_err!(
                    "`--preload {}` exports a shared memory to a program that has threads",
                    preload.typed
                ),
                "each thread instantiates it anew: import the memory in both, under one name",
            ));
        }
        for (_, _, ty) in threads::shared_memories(module) {
            let bytes = ty.minimum().saturating_mul(ty.page_size());
            let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
            if !self.store.data_mut().budget.take(bytes) {
                return Err(with_hint(
                    format_err!("{source} cannot be instantiated: its memory is too large"),
                    "--max-memory is less than the module starts with",
                ));
            }
        }
        let is_limited = self.opts.max_memory.is_some();
        let has_fuel = self.opts.fuel.is_some();
        let threads = Threads::new(MAX_THREADS, move |caller| {
            fork(caller, is_limited, has_fuel)
        });
        let preloads = self.preloads.clone();
        let threads = threads.prepare(move |linker, store| preload(&preloads, linker, store));
        let opts = &self.opts;
        threads.run(&self.linker, &mut self.store, module, |store, instance| {
            opts.execute(source, store, instance)
        })
    }

    /// Adds which limit it was that stopped the guest.
    fn explain(&self, error: Error) -> Error {
        let opts = &self.opts;
        let hint = match error.downcast_ref::<Trap>() {
            Some(Trap::Interrupted) if opts.timeout.is_some() => {
                "it ran longer than --timeout allows"
            }
            Some(Trap::OutOfFuel) => "it needed more instructions than --fuel allows",
            Some(Trap::ResourceExhausted) if opts.max_memory.is_some() => {
                "its objects take more than --max-memory allows"
            }
            Some(Trap::StackExhausted) => "deep recursion may need a larger --max-stack",
            None if opts.max_memory.is_some() && error.is::<ResourceError>() => {
                "--max-memory may be less than the module starts with"
            }
            _ => return error,
        };
        with_hint(error, hint)
    }

    /// Which `--dir` would have granted what the guest was denied.
    fn denied_hint(&self) -> Option<String> {
        let wasi = &self.store.data().wasi;
        match wasi.denied() {
            Some(denied) => Some(grant_hint(&denied)),
            None => wasi.ungranted_arguments().first().map(grant_hint),
        }
    }
}

impl Preload {
    fn exports_shared(&self) -> bool {
        let mut exports = self.module.exports();
        exports.any(|export| matches!(export.ty(), ExternType::Memory(ty) if ty.is_shared()))
    }
}

/// Instantiates the modules of `--preload` in their order, each seeing those before it.
fn preload(preloads: &[Preload], linker: &mut Linker<Host>, store: &mut Store<Host>) -> Result<()> {
    for Preload {
        name,
        module,
        typed,
    } in preloads
    {
        let defined = linker.module(&mut *store, name, module);
        defined.with_context(|| format!("`--preload {typed}` failed"))?;
    }
    Ok(())
}

/// What a store is made of for a thread that another one starts.
fn fork(caller: &mut Caller<'_, Host>, is_limited: bool, has_fuel: bool) -> Result<Store<Host>> {
    let mut store = Store::try_new(caller.engine(), caller.data().for_thread())?;
    if is_limited {
        store.limiter(|host| &mut host.budget);
    }
    if has_fuel {
        // The sum stays what was given, however many threads there are.
        let fuel = caller.get_fuel()?;
        store.set_fuel(fuel / 2)?;
        caller.set_fuel(fuel - fuel / 2)?;
    }
    Ok(store)
}

impl Opts {
    /// Does with the instance what was asked for.
    fn execute(&self, source: &Source, store: &mut Store<Host>, instance: Instance) -> Result<()> {
        match &self.invoke {
            Some(name) => {
                initialize(store, instance)?;
                self.invoke(store, instance, name)
            }
            None => start(source, store, instance),
        }
    }

    fn invoke(&self, store: &mut Store<Host>, instance: Instance, name: &str) -> Result<()> {
        let func = function(store, instance, name)?;
        let ty = func.ty(&*store);
        let mut texts = Vec::new();
        for arg in self.guest_args() {
            texts.push(grants::utf8(arg, "--invoke")?);
        }
        let args = values::parse_args(name, &ty, &texts)?;
        let mut results = vec![Val::I32(0); ty.results().len()];
        func.call(store, &args, &mut results)?;
        exit::write_stdout(values::show_results(&results).as_bytes())
    }
}

fn start(source: &Source, store: &mut Store<Host>, instance: Instance) -> Result<()> {
    if let Some(start) = instance.get_func(&mut *store, "_start") {
        return start.call(store, &[], &mut []);
    }
    initialize(store, instance)?;
    let names = functions(store, instance);
    if names.is_empty() || instance.get_func(&mut *store, "_initialize").is_some() {
        // What its start function does was all there is to do.
        return Ok(());
    }
    Err(with_hint(
        format_err!("{source} is no program: it exports no function `_start`"),
        format!("call one of its functions with --invoke: {}", list(&names)),
    ))
}

fn function(store: &mut Store<Host>, instance: Instance, name: &str) -> Result<Func> {
    if let Some(func) = instance.get_func(&mut *store, name) {
        return Ok(func);
    }
    let error = match instance.get_export(&mut *store, name) {
        Some(_) => usage(format!("`{name}` is not a function")),
        None => usage(format!("there is no export `{name}`")),
    };
    let names = functions(store, instance);
    let near = suggest::nearest(name, names.iter().map(String::as_str));
    Err(with_hint(
        error,
        match near {
            _ if names.is_empty() => "the module exports no functions".to_string(),
            Some(near) => format!("did you mean `{near}`? The functions are: {}", list(&names)),
            None => format!("the functions are: {}", list(&names)),
        },
    ))
}

/// The names of all exported functions.
fn functions(store: &mut Store<Host>, instance: Instance) -> Vec<String> {
    let exports = instance.exports(&mut *store);
    exports
        .filter_map(|export| {
            let name = export.name().to_string();
            export.into_func().map(|_| name)
        })
        .collect()
}

fn grant_hint(denied: &Denied) -> String {
    let dir = denied.dir_to_grant().display();
    match denied.reason {
        DeniedReason::Outside => format!(
            "the guest was not granted `{}`; `--dir {dir}` before the module grants it",
            denied.path
        ),
        DeniedReason::ReadOnly => format!(
            "the guest may only read `{}`; `--dir {dir}` without `:ro` lets it write",
            denied.path
        ),
    }
}

/// Calls what a reactor exports to be called before everything else.
fn initialize(store: &mut Store<Host>, instance: Instance) -> Result<()> {
    match instance.get_func(&mut *store, "_initialize") {
        Some(initialize) => initialize.call(store, &[], &mut []),
        None => Ok(()),
    }
}

/// Names in a sentence; many are cut short.
fn list(names: &[String]) -> String {
    const SHOWN: usize = 20;
    let shown = names[..names.len().min(SHOWN)].join(", ");
    match names.len() {
        0..=SHOWN => shown,
        more => format!("{shown} and {} more", more - SHOWN),
    }
}

/// The exit code: the guest's own when it ended itself.
///
/// A guest that failed may have done so for want of a grant; `denied` says which.
fn finish(result: Result<()>, denied: impl FnOnce() -> Option<String>) -> Result<i32> {
    let code = match &result {
        Ok(()) => return Ok(0),
        Err(error) => error.downcast_ref::<Exit>().map(|exit| exit.0),
    };
    if code == Some(0) {
        return Ok(0);
    }
    let hint = denied();
    match (result, code, hint) {
        (_, Some(code), Some(hint)) => {
            exit::print_hint(&hint);
            Ok(code)
        }
        (_, Some(code), None) => Ok(code),
        (Err(error), None, Some(hint)) => Err(with_hint(error, hint)),
        (result, None, _) => result.map(|()| 0),
    }
}
