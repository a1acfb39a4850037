-- Run once by PostgreSQL's container when it makes its files: Prefect's database beside the warehouse.
create database prefect;
\connect prefect
create extension pg_trgm;
