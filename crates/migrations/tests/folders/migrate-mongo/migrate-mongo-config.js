module.exports = { mongodb: { url: "x" } };
