"""Builds the fuzzers from a release build of the package: build.py RELEASE_BUILD OUTPUT_FOLDER.

Only the package's own modules are compiled again, instrumented; what they depend on is linked as the release build
left it. The compiler's arguments are the package manager's own. So this takes a fraction of the time of a second
build of everything, and the fuzzer is not led astray by the branches of other packages.
"""

import json
import pathlib
import shlex
import subprocess
import sys

HERE = pathlib.Path(__file__).parent.absolute()
SOURCES = HERE.parents[1] / "Sources"
# In the order of their dependencies.
MODULES = [
    "PhoenixWire", "ChannelSocket", "ChannelSocketRedis", "ChannelSocketHTTP", "ChannelSocketServer",
    "ChannelSocketClient",
]
# A library whose compiler arguments find all that these import, and a product that links all they need.
LIBRARY = "ChannelSocketServer"
PRODUCT = "channelsocket"
# What of the product is left out: the program.
PROGRAM = ["ChannelSocketCommand", "ChannelSocketBench"]
SANITIZERS = "-sanitize=fuzzer,address"

WITH_VALUE = {"-module-name", "-emit-module-path", "-output-file-map", "-emit-objc-header-path", "-num-threads"}
DROPPED = {"-c", "-emit-module", "-emit-objc-header", "-emit-dependencies", "-serialize-diagnostics", "-parseable-output"}


def package_manager_commands(release, kind):
    """The arguments of the compiler by what it makes, from the package manager's build plan."""
    commands = {}
    for line in release.with_name("release.yaml").read_text().splitlines():
        key, _, value = line.strip().partition(": ")
        if key == "args" and f'"{kind}"' in value:
            arguments = json.loads(value)
            commands[arguments[arguments.index("-module-name") + 1]] = arguments
    return commands


def sources_of(module, release):
    """The sources of a module, with those that the package manager makes of its resources."""
    generated = release / f"{module}.build" / "DerivedSources"
    return [*(SOURCES / module).rglob("*.swift"), *generated.glob("*.swift")]


def instrumented(arguments, module, sources, output):
    """The package manager's command, but for what it writes: with our sources, instrumented."""
    kept = []
    rest = iter(arguments)
    for argument in rest:
        if argument in WITH_VALUE:
            next(rest)
        elif argument not in DROPPED and not argument.startswith("@") and not argument.endswith(".swift"):
            kept.append(argument)
    kept[1:1] = ["-I", str(output), "-module-name", module, SANITIZERS, "-enable-testing"]
    return kept + sorted(map(str, sources))


def run(*commands):
    """Runs commands side by side."""
    processes = [subprocess.Popen(command) for command in commands]
    failed = [process.args for process in processes if process.wait() != 0]
    if failed:
        sys.exit(f"fuzz: this failed: {' '.join(failed[0][:8])} ...")


def main():
    release, output = pathlib.Path(sys.argv[1]).absolute(), pathlib.Path(sys.argv[2]).absolute()
    output.mkdir(parents=True, exist_ok=True)
    commands = package_manager_commands(release, "-emit-module")
    ours = {
        module: instrumented(commands[module], module, sources_of(module, release), output) for module in MODULES
    }
    # The interfaces first, which takes little, so that all can be compiled at a time.
    for module, command in ours.items():
        run(command + ["-emit-module", "-emit-module-path", f"{output}/{module}.swiftmodule"])
    ours["Fuzz"] = instrumented(commands[LIBRARY], "Fuzz", (HERE / "Sources").glob("*.swift"), output)
    run(*(command + ["-c", "-o", f"{output}/{module}.o"] for module, command in ours.items()))

    replaced = {f"{module}.build" for module in [*MODULES, *PROGRAM]}
    listed = shlex.split((release / f"{PRODUCT}.product" / "Objects.LinkFileList").read_text())
    objects = [path for path in listed if pathlib.Path(path).parent.name not in replaced]
    linking = package_manager_commands(release, "-emit-executable")[PRODUCT]
    libraries = [argument for argument in linking if argument.startswith("-l") or argument == "-static-stdlib"]
    own = [f"{output}/{module}.o" for module in ours]
    run([linking[0], SANITIZERS, "-use-ld=lld", "-o", f"{output}/fuzz", *own, *objects, *libraries])


if __name__ == "__main__":
    main()
