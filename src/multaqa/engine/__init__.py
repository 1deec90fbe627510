"""Engine: pure kernels. Bytes and arrays in, frozen answers out; no Django, no clock, no input or output."""
