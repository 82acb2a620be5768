-- One row per product, in the shape SyncHub gives it.
--
-- RemoteID: Product's id, as text.
-- WhenUpsertedIntoDataStore: When the replica last wrote the row.
-- MirrorRemoteID: Connected account, always 1: a replica is of one.
-- IsDeleted: Whether Freshdesk no longer has it.
-- WhenCreated: When the product was created.
-- WhenModified: When it last changed.
-- ID: Product's id.
-- Name: Product's name.
-- Description: What the product is.
-- CreatedAt: When the product was created.
-- UpdatedAt: When it last changed.

select
  cast(products.id as varchar) as RemoteID,
  products._synced_at as WhenUpsertedIntoDataStore,
  1 as MirrorRemoteID,
  products._deleted_at is not null as IsDeleted,
  products.created_at as WhenCreated,
  products.updated_at as WhenModified,
  products.id as ID,
  products.name as Name,
  products.description as Description,
  products.created_at as CreatedAt,
  products.updated_at as UpdatedAt
from freshdesk.products
