//! Where address space is short, what an instance needs is had or is an error, whichever reservation fails.

use std::process::Command;

use weft::{Config, Engine, Instance, Module, Store};

use crate::configs;

/// Set in processes with little address space: what must come out there.
const KEY: &str = "WEFT_TEST_ADDRESS_SPACE";

/// A memory and a table that grow, as most programs need.
fn program(config: &Config) -> weft::Result<i32> {
    let engine = Engine::new(config)?;
    let text = r#"(module (memory 1 100) (data (i32.const 8) "x") (table 10 100 funcref)
        (func (export "run") (result i32)
            (drop (table.grow (ref.null func) (i32.const 20)))
            (memory.grow (i32.const 10))))"#;
    let module = Module::new(&engine, text)?;
    let mut store = Store::try_new(&engine, ())?;
    let instance = Instance::new(&mut store, &module, &[])?;
    let run = instance.get_typed_func::<(), i32>(&mut store, "run")?;
    run.call(&mut store, ())
}

/// Programs with and without reservations, each with what little there is.
fn within(expected: &str) {
    let mut dynamic = Config::new();
    dynamic.memory_dynamic(true);
    let without_reservation = program(&dynamic);
    assert!(
        expected == "anything" || without_reservation.is_ok(),
        "{without_reservation:?}"
    );
    for config in [Config::new(), dynamic] {
        let _ = (program(&config), configs::run(&config));
    }
}

#[test]
fn short_address_space_is_enough_or_an_error() {
    if let Ok(expected) = std::env::var(KEY) {
        return within(&expected);
    }
    let little = [300, 500, 600, 700, 750, 800, 900, 1100, 1400];
    let much = [2000, 3000, 4500, 5500, 7000, 9000, 12_000, 20_000, 40_000];
    let sizes = little.map(|megabytes| (megabytes, "anything"));
    for (megabytes, expected) in sizes.into_iter().chain(much.map(|size| (size, "programs"))) {
        let output = Command::new("sh")
            .arg("-c")
            .arg(format!(
                "ulimit -v {} && exec \"$0\" \"$@\"",
                megabytes * 1024
            ))
            .arg(std::env::current_exe().unwrap())
            .args([
                "address_space::short_address_space_is_enough_or_an_error",
                "--exact",
            ])
            .env(KEY, expected)
            .output()
            .unwrap();
        assert!(output.status.success(), "{megabytes} MB: {output:?}");
    }
}
