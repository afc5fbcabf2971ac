export const up = async (db, client) => {
  await Promise.all([
    db.collection("users").dropIndex("address.city_1_created_-1"),
    db.collection("logs").createIndexes([{ key: { at: 1 }, expireAfterSeconds: 60 * 1 }]),
  ]);
};
export const down = async (db) => {};
