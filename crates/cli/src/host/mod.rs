//! What a guest is given when it is run: values, limits, directories and signals; and what this process has to give.

pub(crate) mod address_space;
pub(crate) mod grants;
pub(crate) mod limits;
pub(crate) mod signals;
pub(crate) mod values;
