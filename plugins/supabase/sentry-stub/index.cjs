module.exports = { init() {} }
