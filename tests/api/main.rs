//! The public API, one file an area: what an embedder relies on.

mod address_space;
mod adversarial;
mod asynchronous;
mod calls;
mod collecting;
mod collecting_suspended;
mod configs;
mod entities;
mod exceptions;
mod garbage;
mod handles;
mod host;
mod hostile;
mod limits;
mod linking;
mod litmus;
mod modules;
mod precompiled;
mod profiling;
mod suspending;
mod traps;

use weft::{Engine, Instance, Module, Store};

/// An instance of a module in text, without imports, in a store of its own.
fn instance(text: &str) -> (Store<()>, Instance) {
    let engine = Engine::default();
    let module = Module::new(&engine, text).expect("a valid module");
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &module, &[]).expect("no imports");
    (store, instance)
}

/// Whether this is a process of the test `name` alone, where nothing else takes memory meanwhile. If not, the test has been
/// run in one.
fn is_alone(name: &str) -> bool {
    const ALONE: &str = "WEFT_TEST_ALONE";
    if std::env::var_os(ALONE).is_some() {
        return true;
    }
    let status = std::process::Command::new(std::env::current_exe().expect("this program"))
        .args([name, "--exact"])
        .env(ALONE, "1")
        .status();
    assert!(status.expect("a process").success());
    false
}
