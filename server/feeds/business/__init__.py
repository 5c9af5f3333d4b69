"""Business feeds: what WMS, ERP and TMS tell, in one documented JSON form or as CSV files."""
