"""From points to a facility: read a scan, recognise the hall in it, write the site, say what was found."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

from layouts.demo_hall import demo_hall, demo_scan_positions
from scans.laz_writer import write_laz
from scans.readers import open_scans
from scans.scan_to_facility import scan_to_facility
from scans.virtual import TerrestrialScanner, scan_terrestrial
from server.site_files import write_json, write_site
from spatial.meshes.mesh import facility_mesh


def make_scan(folder: Path) -> tuple[Path, Path]:
    """Let a virtual scanner see the planned demo hall; the file of its points, and of where it stood."""
    hall = demo_hall()
    mesh, places = facility_mesh(hall), demo_scan_positions(hall)
    scanner = TerrestrialScanner(step_deg=0.5)
    scan = scan_terrestrial(mesh.vertices, mesh.faces, mesh.face_element, places, scanner=scanner, seed=0)
    write_laz(folder / "hall.laz", scan.cloud)
    write_json(folder / "poses.json", {"poses": places.tolist()})
    return folder / "hall.laz", folder / "poses.json"


options = ArgumentParser(description=__doc__)
options.add_argument("scan", type=Path, nargs="?", help="default: a virtual scan of the demo hall")
options.add_argument("--poses", type=Path, help="where the scanner stood, to tell empty from unseen")
options.add_argument("-o", "--output", type=Path, required=True, help="folder for everything")
given = options.parse_args()

scan, poses = (given.scan, given.poses) if given.scan else make_scan(given.output)
scanned = scan_to_facility(open_scans([scan], poses=poses), name="hall")
write_site(given.output / "site", scanned)

for rack in scanned.facility.racks:
    print(f"{rack.id}: {rack.length_m:.2f} m long, {len(rack.bays)} bays, {len(rack.tiers)} tiers")
print(scanned.report.found, *scanned.report.warnings, sep="\n")
