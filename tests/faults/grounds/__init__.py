"""Grounds a stack is put on: a disk that can be filled, a disk whose power can be cut, servers in number."""
