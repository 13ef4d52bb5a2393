//! The element section (§ 5.5.12).

use wasmparser::{
    ConstExpr as Expr, ElementItems as Items, ElementKind, ElementSectionReader, SectionLimited,
};

use super::{Result, Sections, at, items, verdict};
use crate::convert::ref_type;
use crate::{
    ConstExpr, ElementItems, ElementMode, ElementSegment, FuncIndex, HeapType, RefType, TableIndex,
};

/// What a segment of plain function indices holds: those are never null.
const FUNCTION: RefType = RefType {
    nullable: false,
    heap: HeapType::Func,
};

impl Sections {
    pub(super) fn elements(&mut self, section: &ElementSectionReader<'_>) -> Result<()> {
        verdict(section, self.validator.element_section(section))?;
        for segment in items(section) {
            let (offset, segment) = segment?;
            let mode = self.element_mode(segment.kind)?;
            let (ty, items) = match segment.items {
                Items::Functions(functions) => (FUNCTION, self.element_functions(&functions)?),
                Items::Expressions(ty, exprs) => {
                    (at(offset, ref_type(ty))?, self.element_exprs(&exprs)?)
                }
            };
            self.info.elements.push(ElementSegment { ty, mode, items });
        }
        Ok(())
    }

    fn element_mode(&mut self, kind: ElementKind<'_>) -> Result<ElementMode> {
        Ok(match kind {
            ElementKind::Passive => ElementMode::Passive,
            ElementKind::Declared => ElementMode::Declarative,
            ElementKind::Active {
                table_index,
                offset_expr,
            } => {
                let table = TableIndex(table_index.unwrap_or(0));
                ElementMode::Active(table, self.const_expr(&offset_expr)?)
            }
        })
    }

    fn element_functions(&mut self, functions: &SectionLimited<'_, u32>) -> Result<ElementItems> {
        let mut list = Vec::with_capacity(functions.count() as usize);
        for function in items(functions) {
            let function = FuncIndex(function?.1);
            self.escapes(function);
            list.push(function);
        }
        Ok(ElementItems::Functions(list.into()))
    }

    fn element_exprs(&mut self, exprs: &SectionLimited<'_, Expr<'_>>) -> Result<ElementItems> {
        let exprs: Result<Box<[ConstExpr]>> =
            items(exprs).map(|expr| self.const_expr(&expr?.1)).collect();
        Ok(ElementItems::Expressions(exprs?))
    }
}
