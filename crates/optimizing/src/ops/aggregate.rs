//! Aggregate instructions (§ 2.4.4) on structs.

use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Value, types};
use weft_abi::TrapKind;
use weft_abi::gc::{self, Storage, StructLayout};
use weft_module::{CompositeType, TypeIndex};

use crate::translate::{
    Extension, Failure, FunctionTranslator, Place, Region, Translated, clif_type,
};

/// Up to this many bytes are cleared field by field.
const MAX_ZEROED: u32 = 128;

impl FunctionTranslator<'_> {
    pub(crate) fn visit_struct_new(&mut self, struct_type_index: u32) -> Translated {
        let ty = TypeIndex(struct_type_index);
        let layout = self.struct_layout(ty)?;
        let object = self.allocate(ty, layout.size)?;
        let values = self.peekn(layout.fields.len());
        self.stack.truncate(self.stack.len() - values.len());
        self.initialize(ty, &layout, object, &values)?;
        self.push1(object);
        Ok(())
    }

    pub(crate) fn visit_struct_new_default(&mut self, struct_type_index: u32) -> Translated {
        let ty = TypeIndex(struct_type_index);
        let layout = self.struct_layout(ty)?;
        let object = self.allocate(ty, layout.size)?;
        if layout.size > MAX_ZEROED {
            self.clear(object, layout.size);
            self.push1(object);
            return Ok(());
        }
        let mut values = Vec::with_capacity(layout.fields.len());
        for field in &layout.fields {
            values.push(self.zero(clif_type(field.storage.repr())));
        }
        self.initialize(ty, &layout, object, &values)?;
        self.push1(object);
        Ok(())
    }

    /// Makes everything in a new object zero and null, which are the same bits.
    fn clear(&mut self, object: Value, bytes: u32) {
        let address = self.object(object);
        let first = self
            .builder
            .ins()
            .iadd_imm_u(address, i64::from(gc::HEADER));
        let end = self.builder.ins().iadd_imm_u(address, i64::from(bytes));
        let zero = self.iconst(types::I64, 0);
        // Without a region: it ends all knowledge, of whatever fields there are.
        self.fill_words(first, end, zero, MemFlagsData::trusted());
    }

    fn initialize(
        &mut self,
        ty: TypeIndex,
        layout: &StructLayout,
        object: Value,
        values: &[Value],
    ) -> Translated {
        let base = self.object(object);
        for (index, (field, &value)) in layout.fields.iter().zip(values).enumerate() {
            let place = Place {
                base,
                offset: field.offset as i32,
                region: self.field_region(ty, index, field.offset, field.storage)?,
                checked: true,
            };
            self.store_storage(place, field.storage, value);
        }
        Ok(())
    }

    pub(crate) fn visit_struct_get(&mut self, ty: u32, field: u32) -> Translated {
        self.struct_get(ty, field, Extension::Unsigned)
    }

    pub(crate) fn visit_struct_get_s(&mut self, ty: u32, field: u32) -> Translated {
        self.struct_get(ty, field, Extension::Signed)
    }

    pub(crate) fn visit_struct_get_u(&mut self, ty: u32, field: u32) -> Translated {
        self.struct_get(ty, field, Extension::Unsigned)
    }

    fn struct_get(&mut self, ty: u32, field: u32, extension: Extension) -> Translated {
        let object = self.pop1();
        let (place, storage) = self.field(TypeIndex(ty), field, object)?;
        let value = self.load_storage(place, storage, extension);
        self.push1(value);
        Ok(())
    }

    pub(crate) fn visit_struct_set(&mut self, ty: u32, field: u32) -> Translated {
        let (object, value) = self.pop2();
        let (place, storage) = self.field(TypeIndex(ty), field, object)?;
        self.store_storage(place, storage, value);
        Ok(())
    }

    /// Where the field of an object is, and what it holds.
    fn field(&mut self, ty: TypeIndex, field: u32, object: Value) -> Translated<(Place, Storage)> {
        let layout = self.struct_layout(ty)?.fields[field as usize];
        let place = Place {
            base: self.object(object),
            offset: layout.offset as i32,
            region: self.field_region(ty, field as usize, layout.offset, layout.storage)?,
            checked: false,
        };
        if self.known_constant(object) == Some(0) {
            self.access_null(place);
        }
        Ok((place, layout.storage))
    }

    /// An access that can only fault. It stands alone, since as a part of the instruction that wants the value it would have that one's place,
    /// which may be in another function.
    fn access_null(&mut self, place: Place) {
        let flags = self.faulting(place.region, TrapKind::NullReference);
        let ins = self.builder.ins();
        ins.load(types::I32, flags, place.base, place.offset);
        self.trap_within(TrapKind::NullReference);
    }

    fn field_region(
        &self,
        ty: TypeIndex,
        field: usize,
        offset: u32,
        storage: Storage,
    ) -> Translated<Region> {
        match &self.module.types[ty].composite {
            CompositeType::Struct(fields) => Ok(Region::Field {
                offset,
                storage,
                mutable: fields[field].mutable,
            }),
            _ => Err(Failure::Malformed(
                "it names a struct type that is none".to_owned(),
            )),
        }
    }

    fn struct_layout(&mut self, ty: TypeIndex) -> Translated<std::rc::Rc<StructLayout>> {
        if let Some(known) = self.names.structs.get(&ty) {
            return Ok(known.clone());
        }
        let layout = StructLayout::in_module(self.module, ty)
            .ok_or_else(|| Failure::Malformed("it names a struct type that is none".to_owned()))?;
        let layout = std::rc::Rc::new(layout);
        self.names.structs.insert(ty, layout.clone());
        Ok(layout)
    }
}
