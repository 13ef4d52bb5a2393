//! Types as text, the way the text format writes them, for messages.

use std::fmt::Write;

use weft_module::{AddressType, CompositeType, Limits, MemoryType};

use super::{ExternType, FuncType, GlobalType, HeapType, RefType, TypeId, TypeRegistry, ValType};

impl TypeRegistry {
    /// `ty` in the words of the text format, with concrete types by their structure.
    pub fn describe(&self, ty: &ExternType) -> String {
        match ty {
            ExternType::Func(id) => self.describe_func(*id),
            ExternType::Table(table) => format!(
                "(table {}{} {})",
                address(table.address),
                limits(table.limits),
                self.describe_ref(table.element)
            ),
            ExternType::Memory(memory) => describe_memory(memory),
            ExternType::Global(global) => self.describe_global(global),
            ExternType::Tag(id) => match self.func(*id) {
                Some(func) => format!("(tag{})", self.describe_signature(&func)),
                None => "(tag)".to_string(),
            },
        }
    }

    fn describe_func(&self, id: TypeId) -> String {
        let Some(entry) = self.get(id) else {
            return "(func)".to_string();
        };
        let signature = entry
            .func()
            .map(|func| self.describe_signature(func))
            .unwrap_or_default();
        match entry.ty.supertype {
            None => format!("(func{signature})"),
            Some(_) => format!("(func{signature}) with a declared supertype"),
        }
    }

    fn describe_global(&self, global: &GlobalType) -> String {
        let content = self.describe_val(global.content);
        match global.mutable {
            true => format!("(global (mut {content}))"),
            false => format!("(global {content})"),
        }
    }

    fn describe_signature(&self, func: &FuncType) -> String {
        let mut text = String::new();
        for (word, types) in [("param", &func.params), ("result", &func.results)] {
            if types.is_empty() {
                continue;
            }
            let _ = write!(text, " ({word}");
            for &ty in types {
                let _ = write!(text, " {}", self.describe_val(ty));
            }
            text.push(')');
        }
        text
    }

    /// `ty` in the words of the text format.
    pub fn describe_val(&self, ty: ValType) -> String {
        match ty {
            ValType::I32 => "i32".to_string(),
            ValType::I64 => "i64".to_string(),
            ValType::F32 => "f32".to_string(),
            ValType::F64 => "f64".to_string(),
            ValType::V128 => "v128".to_string(),
            ValType::Ref(reference) => self.describe_ref(reference),
        }
    }

    /// `ty` in the words of the text format.
    pub fn describe_ref(&self, ty: RefType) -> String {
        let heap = match ty.heap {
            HeapType::Concrete(id) => self.describe_concrete(id),
            other => abstract_name(other).to_string(),
        };
        match ty.nullable {
            true => format!("(ref null {heap})"),
            false => format!("(ref {heap})"),
        }
    }

    /// One level only: a structure can refer to itself.
    fn describe_concrete(&self, id: TypeId) -> String {
        let word = match self.get(id).as_deref().map(|entry| &entry.ty.composite) {
            Some(CompositeType::Func(_)) => "func",
            Some(CompositeType::Struct(_)) => "struct",
            Some(CompositeType::Array(_)) => "array",
            None => "type",
        };
        format!("${word}{}", id.0)
    }
}

fn abstract_name(heap: HeapType) -> &'static str {
    match heap {
        HeapType::Func => "func",
        HeapType::NoFunc => "nofunc",
        HeapType::Extern => "extern",
        HeapType::NoExtern => "noextern",
        HeapType::Any => "any",
        HeapType::Eq => "eq",
        HeapType::I31 => "i31",
        HeapType::Struct => "struct",
        HeapType::Array => "array",
        HeapType::None => "none",
        HeapType::Exn => "exn",
        HeapType::NoExn => "noexn",
        HeapType::Concrete(_) => "type",
    }
}

fn address(ty: AddressType) -> &'static str {
    match ty {
        AddressType::I32 => "",
        AddressType::I64 => "i64 ",
    }
}

fn limits(limits: Limits) -> String {
    match limits.max {
        Some(max) => format!("{} {max}", limits.min),
        None => limits.min.to_string(),
    }
}

fn describe_memory(memory: &MemoryType) -> String {
    let mut text = format!(
        "(memory {}{}",
        address(memory.address),
        limits(memory.limits)
    );
    if memory.shared {
        text.push_str(" shared");
    }
    if memory.page_size_log2 != 16 {
        let _ = write!(text, " (pagesize {})", memory.page_size());
    }
    text.push(')');
    text
}
