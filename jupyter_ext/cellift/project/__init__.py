"""The files beside a notebook, and the interpreters and kernelspecs of this machine."""
