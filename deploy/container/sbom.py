#!/usr/bin/env python3
"""The image's bill of materials, as CycloneDX 1.5: the program, and each Debian package that a file in the image came from.

    sbom.py ROOT VERSION REVISION TIME [BUILT-USING] >sbom.cdx.json

ROOT is the image's file system: collect.sh has left there what Debian says of each package (var/lib/dpkg/status.d). BUILT-USING has
a line "package version" for each library whose headers were compiled into the program. The same arguments give the same bytes.
"""
import hashlib
import json
import pathlib
import sys
import urllib.parse
import uuid


def fields_of(text):
    """The fields of a paragraph of Debian's; of one over several lines the first."""
    return dict(line.split(": ", 1) for line in text.splitlines() if ": " in line and not line.startswith(" "))


def debian(name, version, architecture, release, scope="required"):
    escaped = urllib.parse.quote(version, safe="")
    purl = f"pkg:deb/debian/{urllib.parse.quote(name, safe='')}@{escaped}?arch={architecture}&distro=debian-{release}"
    return {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl, "scope": scope}


def release_of(root):
    text = (root / "etc" / "os-release").read_text(encoding="utf-8")
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)["VERSION_ID"].strip('"')


def bill(root, version, revision, time, built_using):
    release = release_of(root)
    components = []
    for path in sorted((root / "var" / "lib" / "dpkg" / "status.d").iterdir()):
        fields = fields_of(path.read_text(encoding="utf-8"))
        component = debian(fields["Package"], fields["Version"], fields["Architecture"], release)
        if "Maintainer" in fields:
            component["supplier"] = {"name": fields["Maintainer"]}
        components.append(component)
    architectures = {c["purl"].partition("arch=")[2].partition("&")[0] for c in components} - {"all"}
    for line in built_using.splitlines():
        name, its_version = line.split()
        components.append({**debian(name, its_version, min(architectures), release),
                           "description": "compiled into the program; no file of its own in the image"})
    program = f"pkg:generic/coder-reconciler@{version}"
    binary = (root / "usr" / "bin" / "coder-reconciler").read_bytes()
    hashes = [{"alg": "SHA-256", "content": hashlib.sha256(binary).hexdigest()}]
    # As random as what it is made of: the same image has the same number.
    serial = uuid.uuid5(uuid.NAMESPACE_URL, "\n".join([program, revision, hashes[0]["content"], *(c["purl"] for c in components)]))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {
            "timestamp": time,
            "component": {"type": "application", "bom-ref": program, "name": "coder-reconciler", "version": version, "purl": program,
                          "licenses": [{"license": {"id": "Apache-2.0"}}], "hashes": hashes, "properties": [{"name": "revision", "value": revision}]},
        },
        "components": components,
        "dependencies": [{"ref": program, "dependsOn": [c["bom-ref"] for c in components]},
                         *({"ref": c["bom-ref"]} for c in components)],
    }


def main(arguments):
    if len(arguments) not in (4, 5):
        print(__doc__, file=sys.stderr)
        return 64
    root, version, revision, time, *rest = arguments
    built_using = pathlib.Path(rest[0]).read_text(encoding="utf-8") if rest else ""
    json.dump(bill(pathlib.Path(root), version, revision, time, built_using), sys.stdout, indent=2, ensure_ascii=False)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
