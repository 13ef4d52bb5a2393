//! `node:wasi`: programs of WASI, by the functions of `weft-wasi`.
//!
//! A program is granted what the script gives it, out of what the script may use itself. It uses the memory that the script has
//! started it with, so its functions work for whoever calls them: modules, or glue of JavaScript around them.

use std::cell::RefCell;
use std::ffi::CStr;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use weft_wasi::memory::GuestMemory;
use weft_wasi::{
    Errno, Function, Permissions, ReadStream, WasiCtx, WasiCtxBuilder, WriteStream, functions,
    proc_raise,
};

use crate::agent::{Agent, Ending};
use crate::idl;
use crate::library::native;
use crate::quickjs::{
    Attributes, Call, Class, Context, ErrorKind, Held, JsResult, Key, Thrown, Trace, Tracer, Value,
};
use crate::shell::{Output, Stream};
use crate::webassembly;

use super::Node;
use super::errors::{Tried, throw_coded, throw_system};
use super::files::Opened;

/// The most parameters that a function has.
const MOST: usize = 9;

/// A program of WASI.
struct Program {
    context: RefCell<WasiCtx>,
    /// Its `WebAssembly.Memory`, once it has started.
    memory: RefCell<Option<Held>>,
}

// SAFETY: the memory is owned by the program alone and reported once; it holds nothing else of JavaScript.
unsafe impl Trace for Program {
    fn trace(&self, tracer: &mut Tracer) {
        if let Ok(memory) = self.memory.try_borrow()
            && let Some(memory) = &*memory
        {
            tracer.visit(memory);
        }
    }
}

impl Class for Program {
    const NAME: &'static CStr = c"WASI";
}

/// A function that a program imports.
struct Import {
    function: &'static Function,
    program: Held,
}

// SAFETY: the program is owned by the function alone and reported once.
unsafe impl Trace for Import {
    fn trace(&self, tracer: &mut Tracer) {
        tracer.visit(&self.program);
    }
}

impl Class for Import {
    const NAME: &'static CStr = c"Function";
    const CALLABLE: bool = true;

    fn call<'js>(&self, call: &Call<'js>) -> JsResult<Value<'js>> {
        let context = call.context();
        let program = self.program.get(context);
        let Some(program) = program.downcast::<Program>() else {
            return Err(context.throw_type("Illegal invocation"));
        };
        let number = match self.numbers(call)? {
            Some(numbers) => program.invoke(context, self.function, &numbers)?,
            None => Errno::Inval.number(),
        };
        Ok(context.int(number))
    }
}

impl Import {
    /// The arguments, if they are numbers of the parameters' types.
    fn numbers(&self, call: &Call<'_>) -> JsResult<Option<[u64; MOST]>> {
        let mut numbers = [0; MOST];
        for (index, size) in self.function.params().iter().enumerate() {
            let argument = call.argument(index);
            numbers[index] = match size {
                8 if argument.is_bigint() => argument.to_bigint64()? as u64,
                4 if argument.is_number() => u64::from(argument.to_i32()? as u32),
                _ => return Ok(None),
            };
        }
        Ok(Some(numbers))
    }
}

impl Program {
    fn invoke(
        &self,
        context: Context<'_>,
        function: &Function,
        numbers: &[u64; MOST],
    ) -> JsResult<i32> {
        let memory = self.memory.borrow();
        let memory = memory.as_ref().map(|memory| memory.get(context));
        let Some(bytes) = memory.as_ref().and_then(webassembly::memory_bytes) else {
            let message = "wasi.start() has not been called";
            return Err(throw_coded(
                context,
                ErrorKind::Error,
                "ERR_WASI_NOT_STARTED",
                message,
            ));
        };
        // SAFETY: these are the bytes of a memory that the program keeps. Nothing else runs in this agent before the function returns,
        // so it does not move, and nobody else touches it unless it is shared; a shared one only grows.
        let memory =
            unsafe { GuestMemory::from_raw(bytes.base, bytes.length as u64, bytes.is_shared) };
        let number = self.context.borrow_mut().invoke(function, memory, numbers);
        // A wait has ended early when scripts are to stop.
        match Agent::of(context).shall_stop() {
            true => Err(Agent::of(context).end(context, Ending::Interrupted)),
            false => Ok(number),
        }
    }
}

pub(super) fn natives(natives: &Value<'_>) -> JsResult<()> {
    native(natives, "create", create)?;
    native(natives, "setMemory", |call| {
        let context = call.context();
        let memory = call.argument(1);
        let is_memory = webassembly::memory_bytes(&memory).is_some();
        if let Some(program) = call.argument_ref::<Program>(0)
            && is_memory
        {
            let before = program.memory.replace(Some(memory.hold()));
            drop(before);
        }
        Ok(context.boolean(is_memory))
    })?;
    native(natives, "raise", |call| {
        let context = call.context();
        match proc_raise(call.argument(0).to_i32()? as u32) {
            Ok(result) => Ok(context.int(result.map_or_else(Errno::number, |()| 0))),
            Err(exit) => Err(Agent::of(context).end(context, Ending::Quit(exit.0))),
        }
    })
}

/// `create(isUnstable, args, env, guests, hosts, streams)`: a program with these arguments, variables, folders and standard streams,
/// and an object with its functions.
fn create<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let program = Program {
        context: RefCell::new(grant(call)?),
        memory: RefCell::default(),
    };
    let program = context.instance(&context.null(), program)?;
    let imports = context.object()?;
    let prototype = Agent::of(context).realm();
    let prototype = prototype.language.function_prototype.get(context);
    for function in functions(call.argument(0).to_boolean()) {
        let import = Import {
            function,
            program: program.clone().hold(),
        };
        let import = context.instance(&prototype, import)?;
        let name = context.string(function.name())?;
        import.define(Key::Name("name"), name, Attributes::CONFIGURABLE)?;
        imports.define(Key::Name(function.name()), import, Attributes::ALL)?;
    }
    context.array([program, imports])
}

/// What the arguments grant.
fn grant(call: &Call<'_>) -> JsResult<WasiCtx> {
    let agent = Agent::of(call.context());
    let mut wasi = WasiCtxBuilder::new();
    wasi.args(texts(&call.argument(1))?);
    for variable in texts(&call.argument(2))? {
        let (name, value) = variable.split_once('=').unwrap_or((&variable, ""));
        wasi.env(name, value);
    }
    let guests = texts(&call.argument(3))?.into_iter();
    for (guest, host) in guests.zip(texts(&call.argument(4))?) {
        let path = PathBuf::from(&host);
        open_folder(agent, &mut wasi, guest, &path).map_err(|error| fail(call, &host, &error))?;
    }
    for (index, number) in idl::items(&call.argument(5))?.iter().enumerate() {
        let number = number.to_i32()?;
        let opened = Node::of(call.context()).files.get(number);
        let opened = opened.map_err(|error| fail(call, &number.to_string(), &error))?;
        give_stream(agent, &mut wasi, index, opened);
    }
    let interrupt = agent.with_store(|store| weft::host::interrupt_handle(store));
    let mut wasi = wasi.build();
    wasi.set_interruption(Arc::new(interrupt));
    Ok(wasi)
}

/// Gives the program a folder that the script may read, for writing too if the script may.
fn open_folder(
    agent: &Agent,
    wasi: &mut WasiCtxBuilder,
    guest: String,
    host: &Path,
) -> io::Result<()> {
    let access = &agent.setup.access;
    let host = access.reading(host)?;
    let permissions = match access.writing(&host) {
        Ok(_) => Permissions::ALL,
        Err(_) => Permissions::READ_ONLY,
    };
    wasi.preopened_dir(host, guest, permissions).map(drop)
}

/// Gives the program an open file, or one of the script's own streams, as its standard stream.
fn give_stream(agent: &Agent, wasi: &mut WasiCtxBuilder, index: usize, opened: Opened) {
    match (index, opened) {
        (0, Opened::Input) => wasi.inherit_stdin(),
        (0, Opened::File(file)) => wasi.stdin(ReadStream(Shared(file))),
        (1, Opened::File(file)) => wasi.stdout(WriteStream(Shared(file))),
        (2, Opened::File(file)) => wasi.stderr(WriteStream(Shared(file))),
        (1, Opened::Output(stream)) => wasi.stdout(writer(agent, stream)),
        (2, Opened::Output(stream)) => wasi.stderr(writer(agent, stream)),
        // An input to write to, or an output to read from: there is nothing.
        _ => wasi,
    };
}

fn writer(agent: &Agent, stream: Stream) -> WriteStream<Scripts> {
    WriteStream(Scripts(agent.output.clone(), stream))
}

fn fail(call: &Call<'_>, path: &str, error: &io::Error) -> Thrown {
    let tried = Tried {
        call: "uvwasi_init",
        path: Some(path),
        target: None,
    };
    throw_system(call.context(), error, tried)
}

/// Where scripts write.
struct Scripts(Output, Stream);

impl Write for Scripts {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write_bytes(self.1, bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A file that the script has open too.
struct Shared(Arc<File>);

impl Read for Shared {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        (&*self.0).read(bytes)
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (&*self.0).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        (&*self.0).flush()
    }
}

/// The texts of an array of ours.
fn texts(array: &Value<'_>) -> JsResult<Vec<String>> {
    idl::items(array)?.iter().map(Value::to_text).collect()
}
