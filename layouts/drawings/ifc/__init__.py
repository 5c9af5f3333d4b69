"""IFC models of buildings read as planned facilities."""

from layouts.drawings.ifc.imported import ImportedIfc, ImportReport, report_dict, report_text
from layouts.drawings.ifc.read_building import read_ifc

__all__ = ["ImportReport", "ImportedIfc", "read_ifc", "report_dict", "report_text"]
