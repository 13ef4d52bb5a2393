//! The host module `spectest` that scripts import from.
//!
//! It is described in the specification's `interpreter/README.md`: functions that print, a global of
//! each number type, tables, a memory, and a shared memory when threads are on.

use std::collections::HashMap;
use std::io::Write;

use weft::{
    Extern, Func, Global, GlobalType, Memory, MemoryType, Mutability, Ref, RefType, SharedMemory,
    Store, Table, TableType, Val, ValType,
};

/// The exports of `spectest`, in one store.
pub(crate) struct Spectest {
    items: HashMap<&'static str, Extern>,
}

impl Spectest {
    pub(crate) fn new(store: &mut Store<()>, print: bool) -> weft::Result<Self> {
        let mut spectest = Self {
            items: HashMap::new(),
        };
        spectest.add_functions(store, print);
        spectest.add_globals(store)?;
        spectest.add_tables(store)?;
        spectest.add_memories(store)?;
        Ok(spectest)
    }

    pub(crate) fn get(&self, name: &str) -> Option<Extern> {
        self.items.get(name).cloned()
    }

    fn add(&mut self, name: &'static str, item: impl Into<Extern>) {
        self.items.insert(name, item.into());
    }

    fn add_functions(&mut self, store: &mut Store<()>, print: bool) {
        let say = move |text: String| {
            if print {
                // Nothing depends on what is printed, nor on whether it can be.
                let _ = writeln!(std::io::stdout(), "{text}");
            }
        };
        let func = Func::wrap(&mut *store, || {});
        self.add("print", func);
        let func = Func::wrap(&mut *store, move |a: i32| say(format!("{a} : i32")));
        self.add("print_i32", func);
        let func = Func::wrap(&mut *store, move |a: i64| say(format!("{a} : i64")));
        self.add("print_i64", func);
        let func = Func::wrap(&mut *store, move |a: f32| say(format!("{a} : f32")));
        self.add("print_f32", func);
        let func = Func::wrap(&mut *store, move |a: f64| say(format!("{a} : f64")));
        self.add("print_f64", func);
        let func = Func::wrap(&mut *store, move |a: i32, b: f32| {
            say(format!("{a} : i32\n{b} : f32"));
        });
        self.add("print_i32_f32", func);
        let func = Func::wrap(&mut *store, move |a: f64, b: f64| {
            say(format!("{a} : f64\n{b} : f64"));
        });
        self.add("print_f64_f64", func);
    }

    fn add_globals(&mut self, store: &mut Store<()>) -> weft::Result<()> {
        let globals = [
            ("global_i32", ValType::I32, Val::I32(666)),
            ("global_i64", ValType::I64, Val::I64(666)),
            ("global_f32", ValType::F32, Val::F32(666.6_f32.to_bits())),
            ("global_f64", ValType::F64, Val::F64(666.6_f64.to_bits())),
        ];
        for (name, ty, value) in globals {
            let ty = GlobalType::new(ty, Mutability::Const);
            let global = Global::new(&mut *store, ty, value)?;
            self.add(name, global);
        }
        Ok(())
    }

    fn add_tables(&mut self, store: &mut Store<()>) -> weft::Result<()> {
        let tables = [
            ("table", TableType::new(RefType::FUNCREF, 10, Some(20))),
            ("table64", TableType::new64(RefType::FUNCREF, 10, Some(20))),
        ];
        for (name, ty) in tables {
            let table = Table::new(&mut *store, ty, Ref::Func(None))?;
            self.add(name, table);
        }
        Ok(())
    }

    fn add_memories(&mut self, store: &mut Store<()>) -> weft::Result<()> {
        let memory = Memory::new(&mut *store, MemoryType::new(1, Some(2)))?;
        self.add("memory", memory);
        let shared = SharedMemory::new(store.engine(), MemoryType::shared(1, 2))?;
        self.add("shared_memory", shared);
        Ok(())
    }
}
