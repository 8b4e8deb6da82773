//! The module's memory as the ABI uses it: addresses and lengths in, buffers of the module's own allocator out.

use wasmi::{Memory, Store, TypedFunc};

use crate::HostError;

/// The memory of a VM, and the function by which the module hands out room in it.
pub struct Linear {
    memory: Memory,
    allocate: TypedFunc<u32, u32>,
}

impl Linear {
    pub fn new(memory: Memory, allocate: TypedFunc<u32, u32>) -> Self {
        Self { memory, allocate }
    }

    /// A copy of what stands there.
    pub fn read(&self, store: &Store<()>, at: u32, len: u32) -> Result<Vec<u8>, HostError> {
        let end = at.checked_add(len).ok_or(HostError::InvalidMemoryAccess)?;
        let bytes = self.memory.data(store).get(at as usize..end as usize);
        bytes.map(<[u8]>::to_vec).ok_or(HostError::InvalidMemoryAccess)
    }

    /// As [`read`](Self::read), of text.
    pub fn read_text(&self, store: &Store<()>, at: u32, len: u32) -> Result<String, HostError> {
        String::from_utf8(self.read(store, at, len)?).map_err(|_| HostError::BadArgument)
    }

    pub fn write(&self, store: &mut Store<()>, at: u32, bytes: &[u8]) -> Result<(), HostError> {
        self.memory.write(store, at as usize, bytes).map_err(|_| HostError::InvalidMemoryAccess)
    }

    pub fn write_u32(&self, store: &mut Store<()>, at: u32, value: u32) -> Result<(), HostError> {
        self.write(store, at, &value.to_le_bytes())
    }

    /// Hands a buffer over: room from the module, its address and size to where the module wants them.
    pub fn give(&self, store: &mut Store<()>, bytes: &[u8], data: u32, size: u32) -> Result<(), HostError> {
        let len = u32::try_from(bytes.len()).map_err(|_| HostError::InvalidMemoryAccess)?;
        let at = match len {
            0 => 0,
            len => match self.allocate.call(&mut *store, len) {
                Ok(0) | Err(_) => return Err(HostError::InvalidMemoryAccess),
                Ok(at) => at,
            },
        };
        self.write(store, at, bytes)?;
        self.write_u32(store, data, at)?;
        self.write_u32(store, size, len)
    }
}
