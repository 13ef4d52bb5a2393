//! Stores on many threads, and moving between them.

use std::time::Duration;

use weft::{Engine, Instance, Module, Store, Trap};

use super::{RECURSION, TRAPS, again, function, instantiate, trap};

#[test]
fn a_store_moves_from_thread_to_thread() {
    let mut store = Store::new(&Engine::default(), ());
    let again = again(&mut store, "through");
    let traps = instantiate(&mut store, TRAPS, &[]);
    let recursion = instantiate(&mut store, RECURSION, &[again.into()]);
    for _ in 0..10 {
        let work = move || {
            let load = function(&mut store, traps, "load");
            assert_eq!(trap(load.call(&mut store, -1)), Trap::MemoryOutOfBounds);
            for name in ["deep", "through"] {
                let called = function(&mut store, recursion, name);
                assert_eq!(trap(called.call(&mut store, 0)), Trap::StackExhausted);
            }
            store
        };
        // Stacks of different sizes: the limit moves with the store.
        let thread = std::thread::Builder::new().stack_size(4 << 20);
        store = thread.spawn(work).unwrap().join().unwrap();
    }
}

#[test]
fn sixty_four_threads_share_a_module_and_trap_at_once() {
    let engine = Engine::default();
    let module = Module::new(&engine, TRAPS).unwrap();
    let endless =
        r#"(module (func (export "loop") (param i32) (result i32) (loop (br 0)) unreachable))"#;
    let endless = Module::new(&engine, endless).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..64 {
            let (engine, module, endless) = (&engine, &module, &endless);
            scope.spawn(move || {
                let mut store = Store::new(engine, ());
                let instance = Instance::new(&mut store, module, &[]).unwrap();
                let identity = function(&mut store, instance, "identity");
                let load = function(&mut store, instance, "load");
                let divide = function(&mut store, instance, "divide");
                for n in 0..200 {
                    assert_eq!(trap(load.call(&mut store, -4)), Trap::MemoryOutOfBounds);
                    assert_eq!(trap(divide.call(&mut store, 0)), Trap::IntegerDivideByZero);
                    assert_eq!(identity.call(&mut store, n).unwrap(), n);
                }
                let instance = Instance::new(&mut store, endless, &[]).unwrap();
                let endless = function(&mut store, instance, "loop");
                store.set_timeout(Duration::from_millis(5 + thread));
                assert_eq!(trap(endless.call(&mut store, 0)), Trap::Interrupted);
            });
        }
    });
}
