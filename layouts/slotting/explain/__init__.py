"""Why a SKU lies where a plan puts it, and what else was there to choose."""
